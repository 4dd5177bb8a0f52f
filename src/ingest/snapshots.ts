import { type Id, newId } from '../base/ids.js';
import { slicesOf } from '../base/slices.js';
import type { ActivityLog } from '../model/activity-log.js';
import type { IdentityKey } from '../model/identity.js';
import type { EntryDraft } from '../model/log-record.js';
import type { Source } from '../model/source.js';
import { contentHashOf } from '../services/activity-logs/canonical.js';
import type { RowHead, SnapshotName } from '../store/source-rows.js';
import type { IngestedRow, PullStep, Snapshot } from './connector.js';
import { fittingRows } from './fitting.js';
import {
  draftOf,
  identityOf,
  namedPeople,
  type RecordedRows,
  type RecordingParts,
  storeFault,
  toldBy,
} from './recording.js';
import { keyAfter, type RowHeadParts, rowHeads } from './row-heads.js';
import type { PathwaySaid } from './source-pathways.js';
import { UpstreamError } from './upstream-error.js';

export interface SnapshotParts extends RowHeadParts {
  /** Of entries, those that are still there. */
  entriesOf(workspaceId: Id, ids: readonly Id[]): Promise<readonly ActivityLog[]>;
  /** Makes a pathway what its source says it is; answers its id here. */
  readonly pathways: { settle(source: Source, said: PathwaySaid): Promise<Id | undefined> };
}

/** What an entry says of a row that is not there any more. */
const gone = { action: 'gone', actionClass: 'OTHER' } as const;
const goneHash = contentHashOf(gone);
const atOnce = 1_000;

/**
 * Records what has changed since the last entry of each row, and makes the pathway and who is on it what the source says.
 * Where a text of the snapshot could not be read, nobody is taken for gone: it may be theirs.
 * @throws UpstreamError STORE unless everything is durable.
 */
export async function recordSnapshot(
  parts: RecordingParts & { readonly snapshots: SnapshotParts },
  source: Source,
  { rows, rejected = [] }: Pick<PullStep, 'rows' | 'rejected'>,
  snapshot: Snapshot,
): Promise<RecordedRows> {
  try {
    const name: SnapshotName = { workspaceId: source.workspaceId, sourceId: source.id, snapshot: snapshot.name };
    const { rows: fitted, rejected: tooLong } = fittingRows(rows);
    const present = new Set(fitted.map(({ nativeKey }) => nativeKey));
    const heads = await rowHeads(parts.snapshots, source, name, [...present]);
    const lost = rejected.length + tooLong.length > 0 ? [] : [...heads.values()].filter(({ row }) => !present.has(row));
    const left = await lastEntries(parts.snapshots, source, lost);
    const pathwayId = await settle(parts, source, fitted, snapshot, left);
    const changed = fitted.filter((row) => heads.get(row.nativeKey)?.contentHash !== row.contentHash);
    const drafts: Change[] = [
      ...changed.map((row) => changeTo(source, row, heads.get(row.nativeKey)!, pathwayId)),
      ...left.map(({ head, entry }) => changeToGone(head, entry, snapshot.seenAt)),
    ];
    let recorded = 0;
    for (const some of slicesOf(drafts, atOnce)) recorded += await append(parts, name, some);
    const { drifted, ...told } = toldBy(changed);
    const counts = {
      rows: fitted.length,
      recorded,
      duplicates: fitted.length - changed.length,
      conflicts: 0,
      drifted,
    };
    return { counts, rejected: tooLong, ...told };
  } catch (error) {
    throw error instanceof UpstreamError ? error : storeFault(error);
  }
}

interface Change {
  readonly row: string;
  readonly draft: EntryDraft & { readonly nativeKey: string; readonly contentHash: string };
}

interface Left {
  readonly head: RowHead;
  readonly entry: ActivityLog;
}

/** Of a row that was removed from the log nothing is left that could be said to be gone. */
async function lastEntries({ entriesOf }: SnapshotParts, { workspaceId }: Source, heads: RowHead[]): Promise<Left[]> {
  const byEntry = new Map(
    heads.flatMap((head) => (head.entryId && head.contentHash !== goneHash ? [[head.entryId, head] as const] : [])),
  );
  const ids = [...byEntry.keys()];
  const left: Left[] = [];
  for (const some of slicesOf(ids, atOnce)) {
    const entries = await entriesOf(workspaceId, some);
    left.push(...entries.map((entry) => ({ head: byEntry.get(entry.id)!, entry })));
  }
  return left;
}

async function settle(
  { people, snapshots }: RecordingParts & { readonly snapshots: SnapshotParts },
  source: Source,
  rows: readonly IngestedRow[],
  { pathway }: Snapshot,
  left: readonly Left[],
): Promise<Id | undefined> {
  const actors = [...rows.map(({ actor }) => actor), ...(pathway?.enrolled ?? []).map(({ actor }) => actor)];
  await people.recognise(source.workspaceId, namedPeople(source, actors));
  if (!pathway) return undefined;
  const enrolled = new Map<IdentityKey, readonly string[]>();
  for (const { actor, groups } of pathway.enrolled) {
    const key = identityOf(source, actor);
    if (key !== undefined && actor.kind === 'USER') enrolled.set(key, groups);
  }
  const gone = left.flatMap(({ entry }) => entry.actor.key ?? []).filter((key) => !enrolled.has(key));
  return snapshots.pathways.settle(source, { pathway, enrolled, left: [...new Set(gone)] });
}

function changeTo(source: Source, row: IngestedRow, head: RowHead, pathwayId: Id | undefined): Change {
  const draft = draftOf(source, { ...row, nativeKey: keyAfter(head), entry: { ...row.entry, pathwayId } });
  return { row: head.row, draft: { ...draft, nativeKey: draft.nativeKey!, contentHash: row.contentHash } };
}

/** Told of the same person and thing as the entry before. */
function changeToGone(head: RowHead, entry: ActivityLog, seenAt: Date): Change {
  const { source, connectionId, actor, object, activityRef, pathwayId } = entry;
  const said = { source, connectionId, actor, object, activityRef, pathwayId };
  return {
    row: head.row,
    draft: {
      kind: 'entry',
      id: newId(),
      nativeKey: keyAfter(head),
      contentHash: goneHash,
      entry: { ...said, ...gone, occurredAtMicros: seenAt.getTime() * 1000, tags: [] },
    },
  };
}

/** Answers how many were not there already. */
async function append(
  { writer, snapshots }: RecordingParts & { readonly snapshots: SnapshotParts },
  name: SnapshotName,
  changes: readonly Change[],
): Promise<number> {
  const results = await writer.appendEach(
    name.workspaceId,
    changes.map(({ draft }) => draft),
  );
  const ends = results.map((result, index) => {
    if (result.status === 'rejected') throw result.reason;
    // Somebody who read before us has written after us: what they saw is the state to compare with, the next time.
    if (result.value.outcome === 'CONFLICT') throw new Error('Another reading of the source was recorded meanwhile');
    const { row, draft } = changes[index]!;
    const { id: entryId, seq } = result.value;
    return { row, contentHash: draft.contentHash, entryId, seq, isNew: result.value.outcome === 'RECORDED' };
  });
  await snapshots.rows.move(name, ends);
  return ends.filter(({ isNew }) => isNew).length;
}
