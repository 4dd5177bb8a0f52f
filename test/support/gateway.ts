import { randomBytes } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { inject } from 'vitest';
import { makeSecret } from '../../src/auth/secrets.js';
import { readConfig } from '../../src/base/config.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { Closeable } from '../../src/base/lifecycle.js';
import { type Logger, silentLogger } from '../../src/base/logger.js';
import { createGateway, type Gateway, type GatewayDeps } from '../../src/gateway.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { Workspace } from '../../src/model/workspace.js';
import { backlog } from '../../src/server/http.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { ensureSchema } from '../../src/store/schema.js';
import { mustBeClosed, wasClosed } from './leftovers.js';
import { type As, addKey, addPeople, addWorkspace } from './people.js';

export interface GatewayOptions {
  /** Settings as the environment would give them, over those of a gateway with a MongoDB of its own. */
  readonly env?: Record<string, string>;
  readonly logger?: Logger;
  /** A second gateway on the first one's database. */
  readonly database?: string;
  /** Serves GraphiQL from its built files, with a key of every scope filled in where that is asked for. */
  readonly pages?: { readonly directory: string; readonly filledIn: boolean };
  /** An engine of its own, for tests that kill it. */
  readonly mongodbUrl?: string;
  readonly clock?: GatewayDeps['clock'];
  readonly socketLimits?: GatewayDeps['socketLimits'];
  readonly signals?: GatewayDeps['signals'];
  readonly liveTuning?: GatewayDeps['liveTuning'];
  readonly foldTuning?: GatewayDeps['foldTuning'];
  readonly connectors?: GatewayDeps['connectors'];
  /** By default every operation is compiled from its first use on, so that whatever is tested holds of compiled ones, too. */
  readonly executorTuning?: GatewayDeps['executorTuning'];
}

export interface GraphqlError {
  readonly message: string;
  readonly path?: (string | number)[];
  readonly extensions: { readonly code: string; readonly field?: string; readonly requestId?: string };
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: T | null;
  readonly errors?: GraphqlError[];
}

/** A whole gateway on the shared engine, listening on a port of its own, with a database of its own. */
export interface TestGateway extends Closeable {
  readonly url: string;
  readonly gateway: Gateway;
  readonly store: Store;
  readonly home: Workspace;
  readonly abroad: Workspace;
  readonly users: { readonly alice: Id; readonly bob: Id };
  /** Authorization headers. */
  readonly people: Record<As, string | undefined>;
  /** Posts an operation; by default in the name of `admin`, who may do everything in `home`. */
  query<T, V>(
    document: TypedDocumentNode<T, V> | string,
    variables?: V,
    options?: { readonly as?: As },
  ): Promise<Answer<T>>;
  /** The data of an operation that must succeed. */
  data<T, V>(document: TypedDocumentNode<T, V> | string, variables?: V, options?: { readonly as?: As }): Promise<T>;
  /** The commands that reached the store while something was done, e.g. `find users`. */
  commandsOf(work: () => Promise<unknown>): Promise<string[]>;
}

const tokenSecret = 'a secret for tests, of more than thirty-two characters';

export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const database = options.database ?? `gateway_${randomBytes(6).toString('hex')}`;
  const mongodbUrl = options.mongodbUrl ?? inject('mongodbUrl');
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    MONGODB_URL: 'mongodb://on-the-shared-engine',
    TOKEN_SECRET: tokenSecret,
    SOURCE_SECRET_KEY: tokenSecret,
    ...options.env,
  });
  const store = await connectStore({ url: mongodbUrl, database, monitorCommands: true });
  // Folds go on at any time: what they send is no part of what a request costs.
  const foldStore = await connectStore({ url: mongodbUrl, database });
  await ensureSchema(store);
  const home = await addWorkspace(store, `home-${database.slice(-6)}-${newId().slice(-6)}`);
  const abroad = await addWorkspace(store, `abroad-${database.slice(-6)}-${newId().slice(-6)}`);
  const { directory, filledIn } = options.pages ?? {};
  const filledSecret = filledIn ? makeSecret('API_KEY') : undefined;
  const authorization = filledSecret && `Bearer ${filledSecret}`;
  const gateway = await createGateway(config, {
    store,
    logger: options.logger ?? silentLogger,
    tokenSecret,
    holeMs: 200,
    readLeaseMs: 2000,
    clock: options.clock,
    pages: directory === undefined ? undefined : { directory, authorization },
    socketLimits: options.socketLimits,
    signals: options.signals,
    liveTuning: options.liveTuning,
    foldTuning: options.foldTuning,
    foldStore,
    connectors: options.connectors,
    executorTuning: options.executorTuning ?? { compileAtUse: 1 },
  });
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0, backlog });
  const users = await addUsers(gateway, home.id);
  // As a demo's, it belongs to somebody.
  if (filledSecret) await addKey(store, home.id, ['*'], users.alice, filledSecret);
  const people = await addPeople(store, home.id, abroad.id, users);

  const query: TestGateway['query'] = async (document, variables, { as = 'admin' } = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(people[as] && { authorization: people[as] }) },
      body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
  };
  const test: TestGateway = {
    url,
    gateway,
    store,
    home,
    abroad,
    users,
    people,
    query,
    data: async (document, variables, as) => {
      const answer = await query(document, variables, as);
      if (answer.errors || !answer.data) throw new Error(`Expected data, got ${JSON.stringify(answer.errors)}`);
      return answer.data;
    },
    commandsOf: (work) => commandsOf(store, work),
    close: async () => {
      wasClosed(test);
      await gateway.close();
      await foldStore.close();
      await store.close();
      if (options.database === undefined) await dropDatabase(mongodbUrl, database);
    },
  };
  return mustBeClosed(test, `gateway at ${url}`);
}

async function addUsers(gateway: Gateway, workspaceId: Id): Promise<TestGateway['users']> {
  const setup: Viewer = { workspaceId, credentialId: newId(), owner: 'client:setup', scopes: new Set(['*']) };
  const add = (name: string, email: string) => gateway.services.users.create(setup, { name, email });
  const alice = await add('Alice Miller', 'alice@example.com');
  const bob = await add('Bob Baker', 'bob@example.com');
  return { alice: alice.node.id, bob: bob.node.id };
}

async function dropDatabase(url: string, database: string): Promise<void> {
  const store = await connectStore({ url, database });
  await store.db.dropDatabase();
  await store.close();
}

/** Commands that the driver and the log's own readers send at any time. */
const background = ['hello', 'ping', 'endSessions', 'getMore'];

/** The log's feed reads on by number alone, whenever it likes, and who makes a fold looks where the log ends. */
const isFeedRead = (filter: unknown): boolean =>
  typeof filter === 'object' &&
  filter !== null &&
  ['seq,workspaceId', 'workspaceId'].includes(Object.keys(filter).sort().join());

/** A fold that takes what was just recorded writes its documents, and reads them by their keys. */
const isFoldMaking = (commandName: string, command: Record<string, unknown>): boolean => {
  if (command[commandName] !== 'activity_log_counts') return false;
  const { _id } = (command.filter ?? {}) as { _id?: object };
  return commandName !== 'find' || (_id !== undefined && '$in' in _id);
};

async function commandsOf(store: Store, work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const note = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }): void => {
    const collection = String(command[commandName]);
    const byTheLog =
      ['signals', 'log_states', 'leases', 'folds', 'item_interest'].includes(collection) || isFeedRead(command.filter);
    if (!background.includes(commandName) && !byTheLog && !isFoldMaking(commandName, command)) {
      seen.push(`${commandName} ${collection}`);
    }
  };
  store.db.client.on('commandStarted', note);
  try {
    await work();
  } finally {
    store.db.client.off('commandStarted', note);
  }
  return seen;
}
