import { type Document, deserialize, serialize } from 'bson';

/** The part of the engine that runs one command without a connection. */
interface RoundTrips {
  roundTrip(message: Buffer): Promise<{ readonly response: Buffer }>;
}

const opMsg = 2013;
const headerLength = 16;

/**
 * Keeps the server's planner to what this build of it can do. When its trial of several indexes finds nothing it would
 * estimate costs by sampling, which needs the execution engine that the build leaves out, and the query would fail.
 */
export async function keepToMultiPlanning(engine: RoundTrips): Promise<void> {
  await run(engine, { setParameter: 1, internalQueryPlanRanker: 'multiPlanning', $db: 'admin' });
}

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
