import type { CommandStartedEvent, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Id, newId } from '../../src/base/ids.js';
import type { ResolvedFilter } from '../../src/model/activity-log-filter.js';
import type { ActivityLogOrder } from '../../src/model/activity-log-order.js';
import { userIdentity } from '../../src/model/identity.js';
import { ActivityLogService } from '../../src/services/activity-logs.js';
import { ofTypes } from '../../src/sources/thrive/types.js';
import { Activities } from '../../src/store/activities.js';
import { ActivityLogPages } from '../../src/store/activity-log-pages.js';
import { activityLogReadIndexes } from '../../src/store/activity-log-query.js';
import { ActivityLogStatsStore } from '../../src/store/activity-log-stats.js';
import { connectStore } from '../../src/store/connect.js';
import { Enrolments } from '../../src/store/enrolments.js';
import { Pathways } from '../../src/store/pathways.js';
import { Users } from '../../src/store/users.js';
import { entryDraft, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();

/** A second connection that keeps the find commands it sends, so that exactly these can be explained. */
const watched = await connectStore({
  url: inject('mongodbUrl'),
  database: services.store.db.databaseName,
  monitorCommands: true,
});
afterAll(() => watched.close());
const pages = new ActivityLogPages(watched);

let workspaceId: Id;
const pathwayIds = Array.from({ length: 50 }, () => newId());

beforeAll(async () => {
  workspaceId = await services.workspace();
  await services.writer.appendMany(
    workspaceId,
    Array.from({ length: 1000 }, (_, i) =>
      entryDraft({
        occurredAtMicros: 1_700_000_000_000_000 + i,
        actor: { kind: 'USER', key: `u:${i % 50}` },
        activityRef: i % 3 === 0 ? `a:${i % 50}` : undefined,
        object: { type: 'doc', id: `o${i % 50}` },
        pathwayId: i % 3 === 0 ? pathwayIds[i % 50] : undefined,
        serial: i % 3 === 0 ? `s${i % 50}` : undefined,
        summary: `word${i % 50}`,
      }),
    ),
  );
});

beforeAll(async () => {
  const here = viewerOf(workspaceId);
  const names = Array.from({ length: 200 }, (_, i) => `name${i} anna${i % 7}`);
  await services.userService.createMany(
    here,
    names.map((name, i) => ({ name, email: `u${i}@x.org` })),
  );
  await services.activityService.createMany(
    here,
    names.map((name, i) => ({ name, key: `k${i}` })),
  );
});

interface Plan {
  readonly index: string | undefined;
  /** Whether the index gave the order, rather than a sort of everything that was found. */
  readonly ordered: boolean;
  readonly examined: number;
  readonly returned: number;
}

/** How the server does what the store really sent. */
async function planOf(filter: ResolvedFilter, order: ActivityLogOrder, after?: readonly number[]): Promise<Plan> {
  const window = await services.reader.settle(workspaceId);
  return planOfFind(() =>
    pages.find({ window, filter, order }, { limit: 21, ...(after && { after: { key: after } }) }),
  );
}

async function planOfFind(look: () => Promise<unknown>): Promise<Plan> {
  const sent: Document[] = [];
  const keep = (event: CommandStartedEvent): void => {
    if (event.commandName === 'find') sent.push(event.command);
  };
  watched.db.client.on('commandStarted', keep);
  await look();
  watched.db.client.off('commandStarted', keep);
  const { find, filter: where, sort, limit, hint } = sent.at(-1)!;
  const explained = await watched.db.command({
    explain: { find, filter: where, ...(sort && { sort }), ...(limit && { limit }), ...(hint && { hint }) },
    verbosity: 'executionStats',
  });
  const stages = stagesOf(explained.queryPlanner.winningPlan);
  return {
    index: stages.find(({ stage }) => stage === 'IXSCAN')?.indexName,
    ordered: !stages.some(({ stage }) => stage === 'SORT'),
    examined: explained.executionStats.totalDocsExamined,
    returned: explained.executionStats.nReturned,
  };
}

function stagesOf(plan: Document): Document[] {
  const stage = plan.queryPlan ?? plan;
  return [stage, ...[stage.inputStage, ...(stage.inputStages ?? [])].filter(Boolean).flatMap(stagesOf)];
}

const selective: [string, ResolvedFilter][] = [
  ['read_actorKey', { actorKeys: ['u:7'] }],
  ['read_actorKey', { onlyActorKeys: ['u:7'], actions: ['did'] }],
  ['read_activityRef', { activityRefs: ['a:9'] }],
  ['read_objectId', { objectIds: ['o7'] }],
  ['read_pathwayId', { pathwayIds: [pathwayIds[9]!] }],
  ['read_serial', { serials: ['s9'] }],
  ['read_words', { words: ['word7'] }],
];

describe('the indexes of the log', () => {
  it.each(selective)('%s is what %j is read by, in order', async (index, filter) => {
    const plan = await planOf(filter, 'OCCURRED_AT_DESC');
    expect(plan).toMatchObject({ index, ordered: true });
    expect(plan.returned).toBeGreaterThan(0);
    expect(plan.examined).toBeLessThanOrEqual(plan.returned + 1);
  });

  it.each(selective)('%s serves %j with several values, too', async (index, filter) => {
    const [name, values] = Object.entries(filter)[0]!;
    if (name === 'words') return expect(index).toBe('read_words');
    const plan = await planOf({ ...filter, [name]: [...(values as string[]), 'u:8', newId()] }, 'OCCURRED_AT_ASC');
    expect(plan).toMatchObject({ index, ordered: true });
  });

  it('read_words finds two words by the rarer one, in whichever order they are given', async () => {
    const logs = new ActivityLogService({ ...services, pages });
    for (const search of ['did word7', 'word7 did']) {
      const page = { first: 50 };
      const plan = await planOfFind(() => logs.list(viewerOf(workspaceId), { filter: { search }, page }));
      expect(plan).toEqual({ index: 'read_words', ordered: true, examined: 20, returned: 20 });
    }
  });

  it('read_order gives unfiltered lists, page after page, looking at no more than is shown', async () => {
    for (const order of ['OCCURRED_AT_DESC', 'OCCURRED_AT_ASC'] as const) {
      expect(await planOf({}, order)).toEqual({ index: 'read_order', ordered: true, examined: 21, returned: 21 });
      const plan = await planOf({}, order, [1_700_000_000_000_500, 501]);
      expect(plan).toMatchObject({ index: 'read_order', ordered: true, returned: 21 });
      expect(plan.examined).toBeLessThanOrEqual(22);
    }
  });

  it('the unique index on the number gives lists in the order of recording', async () => {
    for (const order of ['RECORDED_DESC', 'RECORDED_ASC'] as const) {
      expect(await planOf({}, order, [500])).toEqual({ index: 'log_seq', ordered: true, examined: 21, returned: 21 });
    }
  });

  it('read_order gives lists by the types of Thrive, in order', async () => {
    const types = { anyOf: ofTypes(['viewed', 'did']), noneOf: ofTypes(['completed']) };
    const plan = await planOf(types, 'OCCURRED_AT_DESC', [1_700_000_000_000_500, 501]);
    expect(plan).toMatchObject({ index: 'read_order', ordered: true, returned: 21 });
    expect(plan.examined).toBeLessThanOrEqual(22);
  });

  it('read_actorKey_recorded gives the entries of one or several identities in the order of recording', async () => {
    for (const order of ['RECORDED_DESC', 'RECORDED_ASC'] as const) {
      for (const actorKeys of [['u:7'], ['u:7', 'u:8', 'u:nobody']]) {
        const plan = await planOf({ actorKeys }, order, [500]);
        expect(plan).toMatchObject({ index: 'read_actorKey_recorded', ordered: true });
        expect(plan.examined).toBeLessThanOrEqual(plan.returned + actorKeys.length);
      }
    }
  });

  it('read_tikmatrix gives rows of TikMatrix alone, counts them too, and knows nothing of what was erased', async () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      entryDraft({
        source: 'TIKMATRIX',
        connectionId: 'facade',
        platform: i % 2 ? 'tiktok' : 'instagram',
        serial: 's',
      }),
    );
    await services.writer.appendMany(workspaceId, rows);
    const mine = { sources: ['TIKMATRIX'] } as const;
    for (const order of ['RECORDED_DESC', 'RECORDED_ASC'] as const) {
      expect(await planOf(mine, order)).toEqual({ index: 'read_tikmatrix', ordered: true, examined: 21, returned: 21 });
    }
    const narrow = await planOf({ ...mine, platforms: ['tiktok'], serials: ['s'] }, 'RECORDED_DESC');
    expect(narrow).toEqual({ index: 'read_tikmatrix', ordered: true, examined: 15, returned: 15 });
    await services.remover.removeSource(workspaceId, 'TIKMATRIX');
    await services.log.removal.sweepSources(workspaceId);
    expect(await planOf(mine, 'RECORDED_DESC')).toMatchObject({ examined: 0, returned: 0 });
  });

  it('read_order passes over what was erased, which has no time any more', async () => {
    const drafts = Array.from({ length: 40 }, () => entryDraft());
    await services.writer.appendMany(workspaceId, drafts);
    for (const { id } of drafts) await services.logs.remove(viewerOf(workspaceId), id);
    const plan = await planOf({}, 'OCCURRED_AT_ASC');
    expect(plan).toEqual({ index: 'read_order', ordered: true, examined: 21, returned: 21 });
  });

  it('the unique index on keys finds an entry of a source in whichever connection, one step for each', async () => {
    const rows = Array.from({ length: 400 }, (_, i) =>
      entryDraft({ source: 'THRIVE', connectionId: `c${i % 2}` }, `key${i}`),
    );
    await services.writer.appendMany(workspaceId, rows);
    const window = await services.reader.settle(workspaceId);
    const plan = await planOfFind(() => pages.findByKeys(window, 'THRIVE', ['key7', 'key8']));
    expect(plan).toMatchObject({ index: 'log_key', examined: 2, returned: 2 });
    const sent: Document[] = [];
    watched.db.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'distinct') sent.push(command);
    });
    await pages.findByKeys(window, 'THRIVE', ['key7']);
    const { distinct, key, query } = sent[0]!;
    const explained = await watched.db.command({ explain: { distinct, key, query }, verbosity: 'executionStats' });
    expect(JSON.stringify(explained.queryPlanner.winningPlan)).toContain('DISTINCT_SCAN');
    expect(explained.executionStats.totalKeysExamined).toBeLessThanOrEqual(6);
  });

  it.each<[string, ResolvedFilter]>([
    ['read_order', {}],
    ['read_actorKey', { actorKeys: ['u:7'] }],
    ['read_objectId', { objectIds: ['o7', 'o8'] }],
  ])('%s is what %j within a time is counted by, looking at no other entries', async (index, filter) => {
    const sent: Document[] = [];
    watched.db.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'aggregate') sent.push(command);
    });
    const [occurredAfterMicros, occurredBeforeMicros] = [1_700_000_000_000_100, 1_700_000_000_000_500];
    const window = await services.reader.settle(workspaceId);
    const selection = { window, filter: { ...filter, occurredAfterMicros, occurredBeforeMicros } };
    const runs = [{ index: 0, start: 1_700_000_000_000, end: 1_700_000_001_000, step: 1000 }];
    const rows = await new ActivityLogStatsStore(watched).rows(selection, { runs, groupBy: 'ACTION', limit: 10 });
    const { aggregate, pipeline } = sent[0]!;
    const explained = await watched.db.command({
      explain: { aggregate, pipeline, cursor: {} },
      verbosity: 'executionStats',
    });
    const text = JSON.stringify(explained, (name, value) => (name === 'rejectedPlans' ? undefined : value));
    expect(text).toContain(`"indexName":"${index}"`);
    const examined = [...text.matchAll(/"totalDocsExamined":(\d+)/g)].map(([, count]) => Number(count));
    expect(Math.max(...examined)).toBe(rows[0]!.count);
  });

  it('hold only entries, and only those that have the field', () => {
    for (const { key, partialFilterExpression } of activityLogReadIndexes) {
      const fields = Object.keys(key);
      expect(fields[0]).toBe('workspaceId');
      expect(fields.slice(-2)).toEqual(['occurredAtMicros', 'seq']);
      expect(partialFilterExpression).toMatchObject({ kind: 'entry' });
    }
  });
});

describe('the indexes of people and definitions', () => {
  const users = new Users(watched);
  const activities = new Activities(watched);
  const slice = { limit: 5, after: { key: ['m', newId()] } };

  it.each<[string, () => Promise<unknown>]>([
    ['users_identity', () => users.byIdentities(workspaceId, [userIdentity(newId()), 'e:u1@x.org', 'e:u2@x.org'])],
    ['users_order', () => users.byNames(workspaceId, ['Ann', 'Bob'])],
    ['users_order', () => users.find(workspaceId, {}, slice)],
    ['users_words', () => users.find(workspaceId, { search: 'name177' }, { limit: 5 })],
    ['users_seq', () => users.head(workspaceId)],
    ['activities_key', () => activities.byKeys(workspaceId, ['k1', 'k2'])],
    ['activities_ref', () => activities.byRefs(workspaceId, ['a:1', 'a:2'])],
    ['activities_order', () => activities.find(workspaceId, {}, slice)],
  ])('%s', async (index, look) => {
    const plan = await planOfFind(look);
    expect(plan).toMatchObject({ index });
    expect(plan.examined).toBeLessThanOrEqual(Math.max(plan.returned, 5) + 1);
  });
});

describe('the indexes of pathways and enrolments', () => {
  const pathways = new Pathways(watched);
  const enrolments = new Enrolments(watched);
  const on: Id[] = [];
  let userIds: Id[] = [];
  beforeAll(async () => {
    const here = viewerOf(workspaceId);
    const found = await services.userService.list(here, { page: { first: 200 } });
    userIds = found.items.map(({ node }) => node.id);
    for (let n = 0; n < 20; n += 1) {
      const { node } = await services.pathwayService.create(here, { key: `p${n}`, name: `Pathway ${n}` });
      on.push(node.id);
      const users = userIds.filter((_, at) => at % 20 <= n).map((userId) => ({ userId }));
      await services.enrolmentService.enrol(here, { pathwayId: node.id, users });
    }
  });

  it.each<[string, () => Promise<unknown>]>([
    ['pathways_key', () => pathways.byKeys(workspaceId, ['p1', 'p2'])],
    ['pathways_order', () => pathways.byNames(workspaceId, ['pathway 3', 'Bob'])],
    ['pathways_order', () => pathways.find(workspaceId, {}, { limit: 5, after: { key: ['pathway 1', newId()] } })],
    ['pathways_seq', () => pathways.head(workspaceId)],
    ['enrolments_user_on_pathway', () => enrolments.ofUsers(workspaceId, on[19]!, userIds.slice(0, 40))],
    ['enrolments_order', () => enrolments.find(workspaceId, {}, { limit: 5, after: { key: [1, newId()] } })],
    ['enrolments_pathway', () => enrolments.find(workspaceId, { pathwayIds: [on[19]!] }, { limit: 5 })],
    [
      'enrolments_pathway',
      () => enrolments.find(workspaceId, { pathwayIds: on.slice(0, 2) }, { limit: 5, backward: true }),
    ],
    ['enrolments_user', () => enrolments.find(workspaceId, { userIds: userIds.slice(0, 3) }, { limit: 5 })],
    ['enrolments_user', () => enrolments.pathwaysOf(workspaceId, userIds.slice(0, 3))],
    ['enrolments_seq', () => enrolments.head(workspaceId)],
  ])('%s', async (index, look) => {
    const plan = await planOfFind(look);
    expect(plan).toMatchObject({ index, ordered: true });
    expect(plan.returned).toBeGreaterThan(0);
    // Of lists that are merged, one more of each is looked at.
    expect(plan.examined).toBeLessThanOrEqual(Math.max(plan.returned, 5) + 20);
  });

  it('enrolments_pathway gives many lists at once, of each no more than is shown', async () => {
    const sent: Document[] = [];
    watched.db.client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'aggregate') sent.push(command);
    });
    const wanted = on.map((pathwayId) => ({ selection: { pathwayIds: [pathwayId] }, slice: { limit: 3 } }));
    const found = await enrolments.findEach(workspaceId, wanted);
    expect(found.map(({ length }) => length)).toEqual(Array(20).fill(3));
    const { aggregate, pipeline } = sent[0]!;
    const explained = await watched.db.command({
      explain: { aggregate, pipeline, cursor: {} },
      verbosity: 'executionStats',
    });
    const text = JSON.stringify(explained, (name, value) => (name === 'rejectedPlans' ? undefined : value));
    expect(text.match(/"indexName":"enrolments_pathway"/g)!.length).toBeGreaterThanOrEqual(20);
    expect(text.match(/COLLSCAN|"stage":"SORT"/)).toBeNull();
    const examined = [...text.matchAll(/"totalDocsExamined":(\d+)/g)].map(([, count]) => Number(count));
    expect(Math.max(...examined)).toBeLessThanOrEqual(3);
  });
});
