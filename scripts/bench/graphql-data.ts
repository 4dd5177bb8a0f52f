import 'reflect-metadata';
import { makeSecret, storedMadeSecret } from '../../src/auth/secrets.js';
import { readConfig } from '../../src/base/config.js';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { untilFolded } from '../../src/demo.js';
import { createGateway } from '../../src/gateway.js';
import type { Viewer } from '../../src/model/viewer.js';
import { projectionsOf } from '../../src/projections/projections.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { ensureSchema } from '../../src/store/schema.js';
import { makeWorkspace } from './bench-workspace.js';

export const benchSecret = 'a secret for a benchmark, of more than thirty-two characters';
export const benchSettings = {
  NODE_ENV: 'production',
  MONGODB_URL: 'mongodb://of-the-benchmark',
  TOKEN_SECRET: benchSecret,
  SOURCE_SECRET_KEY: benchSecret,
  // All load is of one credential.
  MAX_COST_PER_MINUTE: '0',
  MAX_OPERATIONS_PER_CREDENTIAL: '100000',
  PULL_SOURCES: '0',
};
export const benchConfig = readConfig(benchSettings);

/** What the servers are measured with. */
export interface BenchData {
  readonly url: string;
  readonly database: string;
  readonly workspaceId: string;
  readonly authorization: string;
  /** The end of the 999th page of twenty entries. */
  readonly farCursor: string;
  /** Where that is: moment in microseconds, and number. */
  readonly farKey: readonly [number, number];
}

/** Data, and the gateway that it was made by. While that is open it makes what is folded from the log, and no other does. */
export interface OpenBenchData {
  readonly data: BenchData;
  close(): Promise<void>;
}

const pageSize = 20;
const farPage = 1_000;

/** An empty workspace, and a key to it that may do everything. */
export async function makeBenchWorkspace(store: Store): Promise<Pick<BenchData, 'workspaceId' | 'authorization'>> {
  const workspaceId = await makeWorkspace(store);
  const secret = makeSecret('API_KEY');
  const credential = {
    id: newId(),
    kind: 'API_KEY',
    name: 'bench',
    scopes: ['*'],
    version: 1,
    createdAt: new Date(),
  } as const;
  await new CredentialStore(store).insert(workspaceId, {
    ...credential,
    workspaceId,
    secret: storedMadeSecret(secret),
  });
  return { workspaceId, authorization: `Bearer ${secret}` };
}

/** A workspace with 500 users, 100 activities, 20 pathways and 25,000 entries. */
export async function makeBenchData(url: string, database: string): Promise<OpenBenchData> {
  const store = await connectStore({ url, database });
  await ensureSchema(store);
  const { workspaceId, authorization } = await makeBenchWorkspace(store);
  const gateway = await createGateway(benchConfig, { store, logger: silentLogger, tokenSecret: benchSecret });
  const viewer: Viewer = { workspaceId, credentialId: newId(), owner: 'client:bench', scopes: new Set(['*']) };
  await fill(gateway.services, viewer);
  const far = await farPlace(gateway.services, viewer);
  const folds = projectionsOf(store).map(({ name }) => name);
  await untilFolded(gateway.log, workspaceId, { folds, signal: new AbortController().signal, patienceMs: 300_000 });
  return {
    data: { url, database, workspaceId, authorization, ...far },
    close: async () => {
      await gateway.close();
      await store.close();
    },
  };
}

type Services = Awaited<ReturnType<typeof createGateway>>['services'];

async function fill(services: Services, viewer: Viewer): Promise<void> {
  const users = await services.users.createMany(
    viewer,
    Array.from({ length: 500 }, (_, n) => ({ name: `Person ${n}`, email: `person${n}@example.com` })),
  );
  const userIds = users.results.map(({ node }) => node!.id);
  await services.activities.createMany(
    viewer,
    Array.from({ length: 100 }, (_, n) => ({ key: `activity-${n}`, name: `Activity ${n}` })),
  );
  const pathwayIds: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    const { node } = await services.pathways.create(viewer, { key: `pathway-${n}`, name: `Pathway ${n}` });
    pathwayIds.push(node.id);
  }
  for (let batch = 0; batch < 25; batch += 1) {
    const inputs = Array.from({ length: 1_000 }, (_, n) => ({
      action: `action-${n % 10}`,
      userId: userIds[(n * 7) % 500]!,
      activityKey: `activity-${n % 100}`,
      pathwayId: pathwayIds[n % 20]!,
      object: { type: 'course', id: `course-${n % 50}`, name: `Course ${n % 50}` },
      summary: `Person ${(n * 7) % 500} did number ${n} of batch ${batch}`,
      outcome: 'SUCCESS' as const,
      value: n,
      tags: ['bench', `tag-${n % 10}`],
      additionalData: { n, batch, text: 'something that a source says besides' },
      occurredAt: new Date(Date.UTC(2026, 0, 1) + (batch * 1_000 + n) * 60_000),
    }));
    await services.activityLogs.createMany(viewer, inputs);
  }
}

async function farPlace(services: Services, viewer: Viewer): Promise<Pick<BenchData, 'farCursor' | 'farKey'>> {
  let after: string | undefined;
  let farKey: BenchData['farKey'] = [0, 0];
  for (let left = (farPage - 1) * pageSize; left > 0; left -= 1_000) {
    const page = { first: Math.min(1_000, left), after };
    const last = (await services.activityLogs.list(viewer, { page, orderBy: 'OCCURRED_AT_DESC' })).items.at(-1)!;
    after = last.cursor;
    farKey = [last.node.occurredAtMicros, last.node.seq];
  }
  return { farCursor: after!, farKey };
}
