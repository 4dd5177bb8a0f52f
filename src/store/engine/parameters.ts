import { totalmem } from 'node:os';
import { type Document, deserialize, serialize } from 'bson';

/** The part of the engine that runs one command without a connection. */
interface RoundTrips {
  roundTrip(message: Buffer): Promise<{ readonly response: Buffer }>;
}

const opMsg = 2013;
const headerLength = 16;

/** Keeps the server to what this build of it can do, and to what one process may hold. */
export async function setParameters(engine: RoundTrips): Promise<void> {
  // When the planner's trial of several indexes finds nothing it would estimate costs by sampling, which needs the
  // execution engine that the build leaves out, and the query would fail.
  await setParameter(engine, { internalQueryPlanRanker: 'multiPlanning' });
  // Each collection and each index is a file, held open for ten minutes after its last use, also when it was dropped:
  // a few hundred databases one after the other take more than a process may have open, and that ends the server.
  // By itself it caches 256 MB, whatever there is: the indexes of some 200,000 entries.
  const config = `cache_size=${cacheMegabytes()}M,file_manager=(${idleFiles})`;
  await setParameter(engine, { wiredTigerEngineRuntimeConfig: config });
}

const idleFiles = 'close_idle_time=60,close_scan_interval=10,close_handle_minimum=500';
const leastCache = 256;
const mostCache = 1024;
const bytesPerMegabyte = 2 ** 20;

/** An eighth of what memory this process may have, in MB, but no more than a log of a million entries is well served by. */
function cacheMegabytes(): number {
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const eighth = Math.min(constrained, totalmem()) / 8 / bytesPerMegabyte;
  return Math.floor(Math.min(mostCache, Math.max(leastCache, eighth)));
}

const setParameter = (engine: RoundTrips, parameter: Document): Promise<void> =>
  run(engine, { setParameter: 1, ...parameter, $db: 'admin' });

async function run(engine: RoundTrips, command: Document): Promise<void> {
  const body = serialize(command);
  // Header, flags, and the one section's kind, which is 0 like the flags.
  const message = Buffer.alloc(headerLength + 5 + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(opMsg, 12);
  message.set(body, headerLength + 5);
  const { response } = await engine.roundTrip(message);
  const answer = deserialize(response);
  if (answer.ok !== 1) throw new Error(`The engine refused ${Object.keys(command)[0]}: ${answer.errmsg}`);
}
