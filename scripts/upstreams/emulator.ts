import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { FaultSwitch, installFaults, rowsPath } from './faults.js';
import type { GivenRow } from './rows.js';

/** A little server that behaves as a system's documentation says, with its quirks, and wrongly where it is told to. */
export interface Emulator {
  readonly url: string;
  readonly faults: FaultSwitch;
  /** Requests that its routes met, by method and path without query. */
  readonly requests: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** What an emulated system holds. */
export interface EmulatedRows {
  readonly count: number;
  /** Each as it is answered, in no particular order. */
  readonly texts: readonly string[];
  /** Rows happen there: objects, or JSON texts that are to be answered byte for byte. */
  add(...rows: readonly GivenRow[]): void;
}

/** Starts one on a loopback port. @param port 0: a free one. */
export async function startEmulator(
  register: (app: FastifyInstance, faults: FaultSwitch) => void | Promise<void>,
  port = 0,
): Promise<Emulator> {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: 64 * 1024 * 1024,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
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

const givenRows = z.array(z.union([z.string(), z.record(z.string(), z.unknown())]));

/** Lets rows be added over HTTP, as a demo or a test in another process does. */
export function installRows(app: FastifyInstance, rows: EmulatedRows): void {
  app.get(rowsPath, async () => ({ count: rows.count }));
  app.post(rowsPath, async (request) => {
    rows.add(...givenRows.parse(request.body));
    return { count: rows.count };
  });
}
