import type { FastifyInstance } from 'fastify';
import { type Config, isLoopback } from '../base/config.js';
import { CodedError } from '../base/errors.js';

export type HostSettings = Pick<Config, 'HOST' | 'ALLOWED_HOSTS' | 'demoMode'>;

/**
 * Whether a request may name this host. A demo has known keys, so a page elsewhere whose name was made to resolve to
 * this machine (DNS rebinding) must not reach it; with real credentials any name is good.
 */
export function isHostAllowed(hostHeader: string | undefined, settings: HostSettings): boolean {
  if (!settings.demoMode) return true;
  const name = hostName(hostHeader);
  if (name === undefined) return false;
  return isLoopback(name) || name === settings.HOST.toLowerCase() || settings.ALLOWED_HOSTS.includes(name);
}

/** The name in a Host header, without its port; undefined where it is none. */
function hostName(hostHeader: string | undefined): string | undefined {
  const url = `http://${hostHeader ?? ''}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

export function guardHost(app: FastifyInstance, settings: HostSettings): void {
  if (!settings.demoMode) return;
  app.addHook('onRequest', async (request) => {
    if (!isHostAllowed(request.headers.host, settings)) {
      throw new CodedError('FORBIDDEN', 'This demo answers under its own name only; add the name to ALLOWED_HOSTS');
    }
  });
}
