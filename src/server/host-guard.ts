import type { FastifyInstance } from 'fastify';
import { hostNameOf } from '../auth/loopback.js';
import { type Config, isLoopback } from '../base/config.js';
import { CodedError } from '../base/errors.js';

export type HostSettings = Pick<Config, 'HOST' | 'ALLOWED_HOSTS' | 'demoMode'>;

/**
 * Whether a request may name this host. A demo has known keys, so a page elsewhere whose name was made to resolve to
 * this machine (DNS rebinding) must not reach it; with real credentials any name is good.
 */
export function isHostAllowed(hostHeader: string | undefined, settings: HostSettings): boolean {
  if (!settings.demoMode) return true;
  const name = hostNameOf(hostHeader);
  if (name === undefined) return false;
  return isLoopback(name) || name === settings.HOST.toLowerCase() || settings.ALLOWED_HOSTS.includes(name);
}

export function guardHost(app: FastifyInstance, settings: HostSettings): void {
  if (!settings.demoMode) return;
  app.addHook('onRequest', async (request) => {
    if (!isHostAllowed(request.headers.host, settings)) {
      throw new CodedError('FORBIDDEN', 'This demo answers under its own name only; add the name to ALLOWED_HOSTS');
    }
  });
}
