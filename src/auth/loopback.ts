import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../base/config.js';

/** What of a request tells where it comes from. */
export interface CallerFacts {
  readonly remoteAddress: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A proxy adds one of these: then it is it that calls from here, for someone elsewhere. */
const isForwardingHeader = (name: string): boolean =>
  ['forwarded', 'via', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip'].includes(name) ||
  name.startsWith('x-forwarded');

/** Whether the caller is a program on this machine itself. */
export const isDirectLoopback = ({ remoteAddress, headers }: CallerFacts): boolean =>
  isLoopback(remoteAddress ?? '') && !Object.keys(headers).some(isForwardingHeader);

/** Whether the host that a request names is this machine, as a name that somebody made resolve to it is not. */
export function namesLoopback(host: string | undefined): boolean {
  const url = `http://${host ?? ''}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
