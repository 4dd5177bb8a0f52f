import { type Collection, type Db, type Document, MongoClient, MongoNetworkError, type WriteConcern } from 'mongodb';
import { unavailable } from '../base/errors.js';
import { answerWithin, type Closeable, sleep } from '../base/lifecycle.js';
import { watchCommands } from './command-watch.js';
import { guarded } from './guarded.js';
import { watchHeartbeats } from './heartbeat-watch.js';
import { isSystemError } from './store-errors.js';

/**
 * What a write must have reached before it is answered, and what a read may see.
 * A standalone server or the embedded engine acknowledges `majority` before the journal has it, and a kill then loses
 * acknowledged writes; so there it is `{ w: 1, j: true }` and never `majority`.
 */
export interface Concerns {
  readonly replicaSet: boolean;
  readonly write: { readonly w: 'majority' | 1; readonly j?: true };
  readonly read: { readonly level: 'majority' } | { readonly level: 'local' };
}

/** An open connection to the store. The only thing that hands out collections. */
export interface Store extends Closeable {
  readonly db: Db;
  readonly concerns: Concerns;
  /** A collection with the concerns of this kind of server, whatever the URL says. */
  collection<T extends Document>(name: string): Collection<T>;
  /** @throws CodedError SERVICE_UNAVAILABLE when the store does not answer within a second or two. */
  ping(): Promise<void>;
  /** Which process of the server answers now: changes whenever it was started anew. */
  incarnation(): Promise<string>;
}

export interface StoreOptions {
  readonly url: string;
  readonly database: string;
  /** How long an operation may look for a server before it fails. */
  readonly serverSelectionTimeoutMs?: number;
  readonly maxPoolSize?: number;
  /** For whoever watches what is sent: traces, explanations, tests. Costs each command something. */
  readonly monitorCommands?: boolean;
  /** How long the driver's own look at its server may go without any answer before the connection is made anew. */
  readonly heartbeatPatienceMs?: number;
}

/** The store cannot be opened at all. The message is for whoever set its URL, and does not repeat it: it may hold a password. */
export class StoreOpeningError extends Error {
  override readonly name = 'StoreOpeningError';
}

/** @throws StoreOpeningError when the URL is none or its server does not answer. */
export async function connectStore(options: StoreOptions): Promise<Store> {
  const patienceMs = options.serverSelectionTimeoutMs ?? 5000;
  const fault = (what: string, cause: unknown): StoreOpeningError => {
    const said = (cause instanceof Error ? cause.message : String(cause)).replaceAll(options.url, 'it');
    return new StoreOpeningError(`MONGODB_URL: ${what}: ${said}`, { cause });
  };
  let client: MongoClient;
  try {
    client = clientOf(options, patienceMs);
  } catch (error) {
    throw fault('the driver does not take it', error);
  }
  watchCommands(client);
  const watch = watchHeartbeats(client, options.heartbeatPatienceMs);
  const hello = await firstHello(client, patienceMs).catch(async (error: unknown) => {
    await watch.close();
    throw fault('its server does not answer', error);
  });
  const concerns = concernsOf(hello);
  const db = client.db(options.database);
  return {
    db,
    concerns,
    collection: <T extends Document>(name: string) =>
      guarded(
        db.collection<T>(name, {
          writeConcern: concerns.write as WriteConcern,
          readConcern: concerns.read,
          readPreference: 'primary',
        }),
      ),
    ping: async () => {
      try {
        await client.db('admin').command({ ping: 1 }, { timeoutMS: 2000 });
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    incarnation: incarnationOf(client, hello),
    // A driver that lost a call of its own would wait for it.
    close: async () => {
      await answerWithin(closePatienceMs, watch.close()).catch(() => {});
      await answerWithin(closePatienceMs, client.close()).catch(() => {});
    },
  };
}

const clientOf = (options: StoreOptions, serverSelectionTimeoutMS: number): MongoClient =>
  new MongoClient(options.url, {
    appName: 'activity-gateway',
    serverSelectionTimeoutMS,
    maxPoolSize: options.maxPoolSize ?? 20,
    retryReads: true,
    retryWrites: false,
    readPreference: 'primary',
    ignoreUndefined: true,
    monitorCommands: options.monitorCommands ?? false,
  });

const incarnationPatienceMs = 10_000;
const closePatienceMs = 5000;

/**
 * Which process of the server answers, asked of the server itself. A `mongod` says so in its hello; the embedded engine
 * says it only in its status, of which everything else is left out.
 */
function incarnationOf(client: MongoClient, hello: Document): () => Promise<string> {
  const admin = client.db('admin');
  const ask = (command: Document): Promise<Document> => answerWithin(incarnationPatienceMs, admin.command(command));
  if (hello.topologyVersion) {
    return async () => String((await ask({ hello: 1 })).topologyVersion.processId);
  }
  let leftOut: Record<string, 0> | undefined;
  return async () => {
    leftOut ??= sectionsOf(await ask({ serverStatus: 1 }));
    const status = await ask({ serverStatus: 1, ...leftOut });
    return `${status.host}:${status.pid}`;
  };
}

const sectionsOf = (status: Document): Record<string, 0> =>
  Object.fromEntries(
    Object.entries(status).flatMap(([name, value]) => (typeof value === 'object' ? [[name, 0 as const]] : [])),
  );

/** A server that is just starting may reset the first connections; only silence for the whole time is a failure. */
async function firstHello(client: MongoClient, patienceMs: number): Promise<Document> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await answerWithin(patienceMs + 1000, client.db('admin').command({ hello: 1 }));
    } catch (error) {
      if (performance.now() - startedAt < patienceMs && (error instanceof MongoNetworkError || isSystemError(error))) {
        await sleep(100);
        continue;
      }
      await client.close();
      throw error;
    }
  }
}

/** The concerns for what a server says of itself: a replica set's member (or a router before one) names its set. */
export function concernsOf(hello: Document): Concerns {
  const replicaSet = typeof hello.setName === 'string' || hello.msg === 'isdbgrid';
  return replicaSet
    ? { replicaSet, write: { w: 'majority' }, read: { level: 'majority' } }
    : { replicaSet, write: { w: 1, j: true }, read: { level: 'local' } };
}
