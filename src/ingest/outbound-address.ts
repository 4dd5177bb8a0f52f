import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { UpstreamError } from './upstream-error.js';

/** Whether an address is one of the public internet: none of this machine, of its network, or reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  // `::a.b.c.d`, long deprecated, is an IPv4 address in disguise.
  if (parsed instanceof ipaddr.IPv6 && parsed.match(ipaddr.IPv6.parse('::'), 96)) return false;
  return parsed.range() === 'unicast';
}

const blocked = (host: string): UpstreamError =>
  new UpstreamError(
    'BLOCKED',
    `${host} is an address of this machine or its network, which sources may call only where the administrator allows it`,
  );

/** @throws UpstreamError BLOCKED for a URL whose host is itself an address that is not public: no look-up would see it. */
export function checkLiteralAddress({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublicAddress(host)) throw blocked(host);
}

/**
 * A look-up that answers public addresses only. It is the one that the connection is made by, so a name cannot be checked
 * as one address and called as another.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  const all: LookupAllOptions = { family: options.family, hints: options.hints, all: true };
  lookup(hostname, all, (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    if (!addresses.every(({ address }) => isPublicAddress(address))) return callback(blocked(hostname), '', 0);
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    callback(null, first!.address, first!.family);
  });
};
