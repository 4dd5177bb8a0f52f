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

/** The name in a Host header, without its port; undefined where it is none. */
export function hostNameOf(header: string | undefined): string | undefined {
  const url = `http://${header ?? ''}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** Whether the host that a request names is this machine, as a name that somebody made resolve to it is not. */
export const namesLoopback = (host: string | undefined): boolean => isLoopback(hostNameOf(host) ?? '');
