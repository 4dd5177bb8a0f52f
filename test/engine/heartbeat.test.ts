import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { connectStore, type Store } from '../../src/store/connect.js';

const path = join(tmpdir(), `hb-${randomBytes(6).toString('hex')}.sock`);
const url = `mongodb://${encodeURIComponent(path)}/?directConnection=true&heartbeatFrequencyMS=500`;

/** Stands before the engine, and on the connections of before answers nothing any more once it is told so. */
class Wire {
  readonly #pairs: { readonly near: Socket; readonly far: Socket }[] = [];
  readonly #server: Server;

  constructor() {
    const engine = decodeURIComponent(/^mongodb:\/\/([^/]+)/.exec(inject('mongodbUrl'))![1]!);
    this.#server = createServer((near) => {
      const far = connect(engine);
      near.pipe(far);
      far.pipe(near);
      for (const socket of [near, far]) socket.on('error', () => {});
      this.#pairs.push({ near, far });
    });
    this.#server.listen(path);
  }

  /** Nothing comes back, and nothing is closed either. */
  fallSilent(): void {
    for (const { near, far } of this.#pairs) far.unpipe(near);
  }

  close(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    this.#server.close();
  }
}

let wire: Wire;
let store: Store;
afterEach(async () => {
  await store.close();
  wire.close();
  rmSync(path, { force: true });
});

it('a driver that hears nothing of its own look at the server connects anew, and collections stay good', async () => {
  wire = new Wire();
  store = await connectStore({ url, database: 'heartbeat', heartbeatPatienceMs: 1000 });
  const things = store.collection('things');
  await things.countDocuments({});
  wire.fallSilent();
  // Without that it would wait for 30 s, or for good where the driver lost the call itself.
  await once(store.db.client, 'topologyClosed');
  await expect.poll(() => things.countDocuments({}).catch(() => undefined), { timeout: 15_000 }).toBe(0);
}, 25_000);
