import { createHash } from 'node:crypto';
import { Long } from 'mongodb';
import { type Id, newId } from '../../src/base/ids.js';
import { activityRef, emailIdentity, userIdentity } from '../../src/model/identity.js';
import type { LogDraft } from '../../src/model/log-record.js';
import { encodeChange } from '../../src/model/noun-change.js';
import { PathwayProgressProjection } from '../../src/projections/pathway-progress.js';
import { ActivityLogs, logCollection, logIndexes } from '../../src/store/activity-logs.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { ControlEntries, controlEntriesIndex } from '../../src/store/control-entries.js';
import { draftDocument, toRecord } from '../../src/store/log-document.js';
import { PathwayCountsStore, pathwayCountsCollection } from '../../src/store/pathway-counts.js';
import {
  PathwayStandings,
  pathwayStandingsCollection,
  pathwayStandingsIndexes,
} from '../../src/store/pathway-standings.js';
import { ProgressCells, progressCellsCollection } from '../../src/store/progress-cells.js';
import { LoggedProgress } from '../../src/store/progress-facts.js';
import { ensureSchema } from '../../src/store/schema.js';
import { SeededRandom } from '../support/random.js';
import { withEngine } from './bench-engine.js';

export interface FoldFigures {
  readonly entries: number;
  readonly readPerSecond: number;
  readonly foldPerSecond: number;
  /** How much longer folding takes than merely reading the same. */
  readonly ratio: number;
  readonly foldSeconds: number;
  readonly peakMegabytes: number;
}

const people = 2000;
const pathways = 3;
const activitiesOfEach = 12;
const pageRecords = 500;

/** Progress on pathways made from nothing, beside reading the same pages and doing nothing. */
export function benchFold(entries: number): Promise<FoldFigures> {
  return withEngine(async (url) => {
    const store = await connectStore({ url, database: 'bench_fold' });
    // Without the indexes of lists, which a fold does not read by, so that filling does not take longer than what is measured.
    await ensureSchema(store, [
      { name: logCollection, indexes: [...logIndexes, controlEntriesIndex] },
      { name: progressCellsCollection },
      { name: pathwayStandingsCollection, indexes: pathwayStandingsIndexes },
      { name: pathwayCountsCollection },
    ]);
    const workspaceId = newId();
    const head = await fill(store, workspaceId, entries);
    const reading = await pages(store, workspaceId, head, async () => {});
    const projection = new PathwayProgressProjection({
      progressCells: new ProgressCells(store),
      standings: new PathwayStandings(store),
      counts: new PathwayCountsStore(store),
      logged: new LoggedProgress(store),
      controls: new ControlEntries(store),
    });
    const fold = await projection.open({ workspaceId, generation: 1, seq: 0, holder: 0 });
    const folding = await pages(store, workspaceId, head, (records, through) => fold.apply(records, through));
    await store.close();
    return {
      entries,
      readPerSecond: Math.round(head / reading.seconds),
      foldPerSecond: Math.round(head / folding.seconds),
      ratio: folding.seconds / reading.seconds,
      foldSeconds: folding.seconds,
      peakMegabytes: Math.round(folding.peakBytes / 2 ** 20),
    };
  });
}

async function pages(
  store: Store,
  workspaceId: Id,
  head: number,
  take: (records: ReturnType<typeof toRecord>[], through: number) => Promise<void>,
): Promise<{ seconds: number; peakBytes: number }> {
  const logs = new ActivityLogs(store);
  const startedAt = performance.now();
  let peakBytes = 0;
  for (let seq = 0; seq < head; ) {
    const documents = await logs.readAfter(workspaceId, seq, pageRecords, { native: false });
    const records = documents.map(toRecord);
    seq = records.at(-1)!.seq;
    await take(records, seq);
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
  return { seconds: (performance.now() - startedAt) / 1000, peakBytes };
}

/** People on pathways first, then what they do. @returns the last number. */
async function fill(store: Store, workspaceId: Id, entries: number): Promise<number> {
  const logs = new ActivityLogs(store);
  const random = new SeededRandom(7);
  let seq = 0;
  let waiting: ReturnType<typeof draftDocument>[] = [];
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await logs.insert(waiting);
    waiting = [];
  };
  const add = async (draft: LogDraft): Promise<void> => {
    seq += 1;
    const document = draftDocument(workspaceId, draft, new Date(), (text) =>
      createHash('sha256').update(text).digest(),
    );
    waiting.push({ ...document, seq: Long.fromNumber(seq) });
    if (waiting.length === 1000) await flush();
  };
  const { nouns, userIds, activityIds, pathwayIds } = cast();
  for (const { noun, set } of nouns) {
    const payload = encodeChange({ set: [...set], removed: [], at: new Date() });
    const control = { noun, change: 'created', subjectId: set[0]!.id, payload };
    await add({ kind: 'control', id: newId(), control });
  }
  for (let n = 0; n < entries; n += 1) {
    const which = random.between(0, pathways - 1);
    const entry = {
      source: 'FALKOR' as const,
      connectionId: 'bench',
      action: 'did',
      actionClass: 'PROGRESSED' as const,
      occurredAtMicros: (1_780_000_000_000 + n * 1000 - random.between(0, 60_000)) * 1000,
      actor: { kind: 'USER' as const, key: userIdentity(userIds[random.between(0, people - 1)]!) },
      activityRef: activityRef(activityIds[which * activitiesOfEach + random.between(0, activitiesOfEach - 1)]!),
      ...(random.next() < 0.6 && { pathwayId: pathwayIds[which]! }),
      progress: { percent: random.between(0, 100) },
      tags: [],
    };
    await add({ kind: 'entry', id: newId(), entry });
    if (n % 100_000 === 0) console.error(`fold: ${n} of ${entries} entries written`);
  }
  await flush();
  return seq;
}

function cast() {
  const many = (count: number): Id[] => Array.from({ length: count }, () => newId());
  const [userIds, activityIds, pathwayIds] = [many(people), many(pathways * activitiesOfEach), many(pathways)];
  const users = userIds.map((id, n) => ({ id, identities: [userIdentity(id), emailIdentity(`p${n}@example.com`)] }));
  const activities = activityIds.map((id) => ({ id, refs: [activityRef(id)] }));
  const paths = pathwayIds.map((id, which) => ({
    id,
    levelsInOrder: false,
    activities: activityIds
      .slice(which * activitiesOfEach, (which + 1) * activitiesOfEach)
      .map((activityId) => ({ activityId, level: 1, required: true })),
  }));
  const enrolments = pathwayIds.flatMap((pathwayId) => {
    const all = userIds.map((userId) => ({ id: newId(), pathwayId, userId, groups: [], enrolledAt: new Date() }));
    return [all.slice(0, people / 2), all.slice(people / 2)].map((set) => ({ noun: 'enrolment', set }));
  });
  const nouns: { noun: string; set: readonly { readonly id: Id }[] }[] = [
    { noun: 'user', set: users },
    { noun: 'activity', set: activities },
    { noun: 'pathway', set: paths },
    ...enrolments,
  ];
  return { nouns, userIds, activityIds, pathwayIds };
}
