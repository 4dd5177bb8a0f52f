import { makeSecret, storedMadeSecret } from '../../src/auth/secrets.js';
import { readConfig } from '../../src/base/config.js';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import { type Id, newId } from '../../src/base/ids.js';
import { type Closeable, sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { createGateway, type Gateway } from '../../src/gateway.js';
import type { LogRecord } from '../../src/model/log-record.js';
import type { Viewer } from '../../src/model/viewer.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { toRecord } from '../../src/store/log-document.js';
import { ensureSchema } from '../../src/store/schema.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { insist } from './insist.js';
import { chaosFilters, lastEntry, modelFilter } from './live-entries.js';
import { FollowersLag } from './live-lag.js';
import type { LiveSubscriber } from './live-subscriber.js';
import { verifySubscriber, type Wrong } from './live-verdict.js';

export interface Judgement {
  readonly connections: number;
  readonly entries: number;
  readonly removals: number;
  readonly told: number;
  readonly violations: readonly Violation[];
}

/** Something that is wrong with what one of the subscribers was told. */
export interface Violation extends Wrong {
  readonly subscriber: number;
}

/** The workspace that followers follow, and what is known of it without asking the gateways under test. */
export interface ChaosHome extends Closeable {
  readonly people: { readonly workspaceId: Id; readonly users: readonly Id[] };
  readonly authorization: string;
  /** The cursor before anything was written. */
  readonly start: string;
  /** Reads the log beside followers from now on, to tell how far they are behind. */
  watchLag(): Promise<FollowersLag>;
  /** Ends the log, waits until followers have its end, and holds them against it. */
  judge(subscribers: readonly LiveSubscriber[]): Promise<Judgement>;
}

const secret = 'a secret for a chaos test, of more than thirty-two characters';
/** Once nothing breaks any more, followers come to the end of the log: until then some is told something within this time. */
const stallMs = 60_000;

export async function openHome(target: { readonly url: string; readonly database: string }): Promise<ChaosHome> {
  const store = await connectStore({ ...target, serverSelectionTimeoutMs: 10_000 });
  await ensureSchema(store);
  const config = readConfig({
    NODE_ENV: 'test',
    MONGODB_URL: 'mongodb://of-the-chaos-test',
    TOKEN_SECRET: secret,
    SOURCE_SECRET_KEY: secret,
  });
  const gateway = await createGateway(config, { store, logger: silentLogger, tokenSecret: secret, holeMs: 200 });
  const workspaceId = newId();
  const viewer: Viewer = { workspaceId, credentialId: newId(), owner: 'client:chaos', scopes: new Set(['*']) };
  await new UnscopedStore(store).insertWorkspace({
    id: workspaceId,
    key: 'chaos',
    name: 'Chaos',
    createdAt: new Date(),
  });
  const alice = await gateway.services.users.create(viewer, { name: 'Alice Miller', email: 'alice@example.com' });
  const bob = await gateway.services.users.create(viewer, { name: 'Bob Baker', email: 'bob@example.com' });
  const { seq, epoch } = await gateway.log.feeds.settle(workspaceId);
  const users = [alice.node.id, bob.node.id];
  return {
    people: { workspaceId, users },
    authorization: await addKey(store, workspaceId),
    start: encodeFeedCursor({ workspaceId, epoch, seq }),
    watchLag: () => openLag(gateway, viewer, seq),
    judge: (subscribers) => judge({ gateway, viewer, users, from: seq }, subscribers),
    close: async () => {
      await gateway.close();
      await store.close();
    },
  };
}

async function addKey(store: Store, workspaceId: Id): Promise<string> {
  const key = makeSecret('API_KEY');
  await new CredentialStore(store).insert(workspaceId, {
    id: newId(),
    workspaceId,
    kind: 'API_KEY',
    name: 'a key for chaos',
    scopes: ['*'],
    version: 1,
    createdAt: new Date(),
    secret: storedMadeSecret(key),
  });
  return `Bearer ${key}`;
}

async function openLag(gateway: Gateway, viewer: Viewer, start: number): Promise<FollowersLag> {
  const resolved = chaosFilters.map(
    async (filter) => [filter, await gateway.services.activityLogs.resolveFilter(viewer, modelFilter(filter))] as const,
  );
  const lag = new FollowersLag(await Promise.all(resolved), start);
  const feed = await gateway.log.feeds.open(viewer.workspaceId);
  feed.follow((event) => event.type === 'records' && lag.note(event.records));
  return lag;
}

interface Case {
  readonly gateway: Gateway;
  readonly viewer: Viewer;
  readonly users: readonly Id[];
  readonly from: number;
}

async function judge(
  { gateway, viewer, users, from }: Case,
  subscribers: readonly LiveSubscriber[],
): Promise<Judgement> {
  const { workspaceId } = viewer;
  await insist(() => gateway.log.removal.sweep(workspaceId, 0));
  const [ended] = await insist(() =>
    gateway.log.recorder.appendMany(workspaceId, [{ kind: 'entry', id: newId(), entry: lastEntry(users[0]!) }]),
  );
  const hasArrived = (subscriber: LiveSubscriber): boolean => placeOf(subscriber) >= ended!.seq;
  const count = (): number => subscribers.reduce((sum, { told }) => sum + told.length, 0);
  let last = count();
  let giveUpAt = performance.now() + stallMs;
  while (!subscribers.every(hasArrived) && performance.now() < giveUpAt) {
    await sleep(50);
    if (count() > last) giveUpAt = performance.now() + stallMs;
    last = count();
  }
  const records = await readAll(gateway, workspaceId, from);
  const violations: Violation[] = [];
  for (const [index, subscriber] of subscribers.entries()) {
    const filter = await gateway.services.activityLogs.resolveFilter(viewer, modelFilter(subscriber.filter));
    const wrong = verifySubscriber(upTo(records, subscriber, ended!.seq), filter, subscriber);
    if (!hasArrived(subscriber)) {
      // What is wrong with what it was told, and that it was not told the rest.
      wrong.push({ kind: 'came no further', text: `it came no further than ${placeOf(subscriber)}` });
    }
    violations.push(...wrong.map((one) => ({ subscriber: index, ...one })));
  }
  const sum = (of: (subscriber: LiveSubscriber) => number) => subscribers.reduce((total, one) => total + of(one), 0);
  return {
    connections: sum(({ connections }) => connections),
    told: sum(({ told }) => told.length),
    entries: records.filter(({ kind }) => kind === 'entry').length,
    removals: records.filter(({ kind }) => kind === 'removed').length,
    violations,
  };
}

const placeOf = ({ told }: LiveSubscriber): number => told.at(-1)?.seq ?? 0;
const upTo = (records: readonly LogRecord[], subscriber: LiveSubscriber, end: number): readonly LogRecord[] =>
  placeOf(subscriber) >= end ? records : records.filter(({ seq }) => seq <= placeOf(subscriber));

async function readAll(gateway: Gateway, workspaceId: Id, from: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const page = await gateway.log.logs.readAfter(workspaceId, records.at(-1)?.seq ?? from, 5000);
    if (page.length === 0) return records;
    records.push(...page.map(toRecord));
  }
}
