import Fastify, { type FastifyInstance } from 'fastify';
import { FaultSwitch, installFaults } from './faults.js';

/** A little server that behaves as a system's documentation says, with its quirks, and wrongly where it is told to. */
export interface Emulator {
  readonly url: string;
  readonly faults: FaultSwitch;
  /** Requests that its routes met, by method and path without query. */
  readonly requests: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Starts one on a loopback port. @param port 0: a free one. */
export async function startEmulator(
  register: (app: FastifyInstance, faults: FaultSwitch) => void | Promise<void>,
  port = 0,
): Promise<Emulator> {
  const app = Fastify({ forceCloseConnections: true });
  const faults = new FaultSwitch();
  const requests = new Map<string, number>();
  app.addHook('onRequest', async ({ method, url }) => {
    const key = `${method} ${url.split('?', 1)[0]}`;
    requests.set(key, (requests.get(key) ?? 0) + 1);
  });
  installFaults(app, faults);
  await register(app, faults);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { url, faults, requests, close: () => app.close() };
}
