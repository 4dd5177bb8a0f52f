/**
 * Asks Falkor's façade for a pathway of many people and activities, each with an entry of Falkor's own, and says how long
 * the answer takes, what memory it takes and how often the store is asked.
 */
import { slicesOf } from '../../src/base/slices.js';
import 'reflect-metadata';
import { Command, InvalidArgumentError } from 'commander';
import { SlowSecrets } from '../../src/auth/slow-secrets.js';
import { readConfig } from '../../src/base/config.js';
import { type Id, newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { createGateway, type Gateway } from '../../src/gateway.js';
import { activityRef, userIdentity } from '../../src/model/identity.js';
import type { EntryDraft } from '../../src/model/log-record.js';
import type { Viewer } from '../../src/model/viewer.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { ensureSchema } from '../../src/store/schema.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { withEngine } from './bench-engine.js';

const wholeNumber = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('must be a whole number');
  return Number(value);
};
const { people, activities } = new Command('bench:pathway-logs')
  .description("Asks Falkor's façade for all logs of a large pathway.")
  .option('--people <n>', 'enrolled', wholeNumber, 5_000)
  .option('--activities <n>', 'of the pathway', wholeNumber, 40)
  .parse()
  .opts<{ people: number; activities: number }>();

const secret = 'bench-secret';
const tokenSecret = 'a secret for benchmarks, of more than thirty-two characters';

async function fill({ services, log }: Gateway, viewer: Viewer): Promise<void> {
  const userIds: Id[] = [];
  const numbers = Array.from({ length: people }, (_, n) => n);
  for (const some of slicesOf(numbers, 1_000)) {
    const inputs = some.map((n) => ({ name: `User ${n}`, email: `user.${n}@example.com` }));
    userIds.push(...(await services.users.createMany(viewer, inputs)).results.map(({ node }) => node!.id));
  }
  const defined = await services.activities.createMany(
    viewer,
    Array.from({ length: activities }, (_, n) => ({ key: `EVPA-${n}`, name: `Activity ${n}` })),
  );
  const activityIds = defined.results.map(({ node }) => node!.id);
  const steps = activityIds.map((activityId) => ({ activityId, type: 'data', fulfilmentType: 'tracking' }));
  const { node } = await services.pathways.create(viewer, { key: 'bench', name: 'Bench', activities: steps });
  for (const activityId of activityIds) {
    for (const some of slicesOf(userIds, 1_000)) {
      const drafts = some.map((userId) => draftOf(userId, activityId, node.id));
      const results = await log.recorder.appendEach(viewer.workspaceId, drafts);
      if (results.some(({ status }) => status === 'rejected')) throw new Error('Could not be filled');
    }
  }
  for (const some of slicesOf(userIds, 1_000)) {
    const users = some.map((userId) => ({ userId, groups: ['Group A', 'Group B'] }));
    await services.enrolments.enrol(viewer, { pathwayId: node.id, users });
  }
}

function draftOf(userId: Id, activityId: Id, pathwayId: Id): EntryDraft {
  const timestamp = '2022-02-24T15:09:57+02:00';
  const data = { category: 'Current Score', current: 500, target: 159 };
  const told = { state: 'completed', progress: 100, timestamp };
  const name = { firstname: 'User', lastname: userId, email: `${userId}@example.com`, telephone: '' };
  const native = JSON.stringify({
    pathway: { name: 'Bench', type: 'pathway', ID: 'bench' },
    activity: { ID: activityId, name: 'Activity', type: 'data', fulfilmentType: 'tracking', required: true, level: 1 },
    log: {
      ...{ ...name, country: 'South Africa', city: 'Cape Town', groups: ['Group A', 'Group B'] },
      status: { complete: true, ...told },
      fulfilment: { type: 'data', ...told, data },
    },
  });
  return {
    kind: 'entry',
    id: newId(),
    entry: {
      ...{ source: 'FALKOR', connectionId: 'bench', action: 'completed', actionClass: 'COMPLETED', tags: [], native },
      occurredAtMicros: Date.parse(timestamp) * 1000,
      actor: { kind: 'USER', key: userIdentity(userId) },
      activityRef: activityRef(activityId),
      pathwayId,
      progress: { percent: 100, complete: true, state: 'completed' },
    },
  };
}

async function credentialOf(store: Store, workspaceId: Id): Promise<string> {
  await new CredentialStore(store).insert(workspaceId, {
    ...{ id: newId(), workspaceId, kind: 'BASIC', name: 'bench', scopes: ['*'], version: 1, createdAt: new Date() },
    secret: await new SlowSecrets().store(secret),
  });
  return `Basic ${Buffer.from(`bench:${secret}`).toString('base64')}`;
}

/** Reads an answer and keeps none of it. */
async function ask(url: string, authorization: string) {
  const beganMs = performance.now();
  const asked = { method: 'POST', headers: { authorization }, body: '{"pathway":"bench"}' };
  const response = await fetch(`${url}/v1/logs/pathway-logs`, asked);
  let [bytes, firstMs, peak, peakHeap] = [0, 0, 0, 0];
  for await (const part of response.body!) {
    firstMs ||= performance.now() - beganMs;
    bytes += part.length;
    const { rss, heapUsed } = process.memoryUsage();
    peak = Math.max(peak, rss);
    peakHeap = Math.max(peakHeap, heapUsed);
  }
  return { status: response.status, ms: performance.now() - beganMs, firstMs, bytes, peak, peakHeap };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

await withEngine(async (mongodb) => {
  const store = await connectStore({ url: mongodb, database: 'bench_pathway_logs', monitorCommands: true });
  await ensureSchema(store);
  const workspaceId = newId();
  const workspace = { id: workspaceId, key: 'bench', name: 'Bench', createdAt: new Date() };
  await new UnscopedStore(store).insertWorkspace(workspace);
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    MONGODB_URL: 'mongodb://of-the-benchmark',
    TOKEN_SECRET: tokenSecret,
    SOURCE_SECRET_KEY: tokenSecret,
  });
  const gateway = await createGateway(config, { store, logger: silentLogger, tokenSecret });
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  const viewer: Viewer = { workspaceId, credentialId: newId(), owner: 'client:bench', scopes: new Set(['*']) };
  console.error(`filling: ${people} people on ${activities} activities …`);
  const filledMs = performance.now();
  await fill(gateway, viewer);
  const appendedMs = performance.now();
  while (!(await gateway.log.folds.settle(workspaceId, 'pathway-progress').catch(() => undefined))) await sleep(200);
  console.error(
    `filled in ${Math.round(appendedMs - filledMs)} ms, folded ${Math.round(performance.now() - appendedMs)} ms later`,
  );
  const authorization = await credentialOf(store, workspaceId);
  const calls = new Map<string, number>();
  store.db.client.on('commandStarted', ({ commandName, command }) => {
    const name = `${commandName} ${String(command[commandName])}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
  });
  for (let round = 1; round <= 3; round += 1) {
    calls.clear();
    globalThis.gc?.();
    const before = process.memoryUsage();
    const { status, ms, firstMs, bytes, peak, peakHeap } = await ask(url, authorization);
    console.table({
      ...{ status, answer: megabytes(bytes), ms: Math.round(ms), 'first byte, ms': Math.round(firstMs) },
      ...{ 'memory before': megabytes(before.rss), 'at its highest': megabytes(peak) },
      ...{ 'heap before': megabytes(before.heapUsed), 'heap at its highest': megabytes(peakHeap) },
      ...Object.fromEntries(
        [...calls].filter(([name]) => /^(find|aggregate|getMore) (users|pathway|activit)/.test(name)),
      ),
      'store calls': [...calls].reduce((sum, [name, count]) => sum + (/hello|ping/.test(name) ? 0 : count), 0),
    });
  }
  await gateway.close();
  await store.close();
});
process.exit(0);
