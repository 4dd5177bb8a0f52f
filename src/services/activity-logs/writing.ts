import { canReadLogs, canWriteLogs, readsOwnOnly, requireScope } from '../../auth/policies.js';
import type { Clock } from '../../base/clock.js';
import { CodedError, unavailable } from '../../base/errors.js';
import type { LogReader } from '../../log/place.js';
import type { LogWriter } from '../../log/writer.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { CreateActivityLogInput } from '../../model/activity-log-input.js';
import type { Appended, EntryDraft } from '../../model/log-record.js';
import type { Viewer } from '../../model/viewer.js';
import type { ActivityLogPages } from '../../store/activity-log-pages.js';
import { type Attempt, attempt, checkBatch } from '../input/checks.js';
import { checkInput } from './check-input.js';
import { type DraftingParts, draftOf, Named } from './drafting.js';
import { isOf, ownIdentities } from './own.js';

export interface WritingParts extends DraftingParts {
  readonly pages: Pick<ActivityLogPages, 'findMany'>;
  readonly reader: LogReader;
  readonly writer: LogWriter;
  readonly clock: Clock;
}

/** What became of one input that could be recorded. */
export interface WrittenEntry {
  readonly outcome: 'RECORDED' | 'DUPLICATE';
  readonly seq: number;
  readonly removed: boolean;
  readonly activityLog?: ActivityLog;
}

type Placed = Attempt<{ readonly draft: EntryDraft; readonly appended: Appended }>;

/**
 * Records inputs, each on its own and all in one call of the recorder. Answers one result per input, in order.
 * @throws CodedError FORBIDDEN, TOO_LARGE, SERVICE_UNAVAILABLE where no input can be judged.
 */
export async function writeEntries(
  parts: WritingParts,
  viewer: Viewer,
  inputs: readonly CreateActivityLogInput[],
  fieldOf: (index: number) => string,
): Promise<Attempt<WrittenEntry>[]> {
  requireScope(canWriteLogs(viewer), 'activity_log:write');
  checkBatch(inputs, 'inputs');
  const now = parts.clock.now();
  const checked = inputs.map((input, index) => attempt(() => checkInput(input, fieldOf(index))));
  const named = await Named.lookUp(
    parts,
    viewer,
    checked.flatMap((input) => (input.ok ? [input.value] : [])),
  );
  const drafts = checked.map((input, index) =>
    input.ok ? attempt(() => draftOf(viewer, input.value, named, fieldOf(index), now)) : input,
  );
  return recordDrafts(parts, viewer, drafts, fieldOf);
}

async function recordDrafts(
  parts: WritingParts,
  viewer: Viewer,
  drafts: readonly Attempt<EntryDraft>[],
  fieldOf: (index: number) => string,
): Promise<Attempt<WrittenEntry>[]> {
  const placed = await append(parts.writer, viewer, drafts);
  const firsts = await readableFirsts(parts, viewer, placed);
  return placed.map((one, index) => (one.ok ? settled(one.value, viewer, firsts, fieldOf(index)) : one));
}

async function append(writer: LogWriter, viewer: Viewer, drafts: readonly Attempt<EntryDraft>[]): Promise<Placed[]> {
  const good = drafts.flatMap((draft) => (draft.ok ? [draft.value] : []));
  const results = good.length === 0 ? [] : await writer.appendEach(viewer.workspaceId, good);
  let next = 0;
  return drafts.map((draft): Placed => {
    if (!draft.ok) return draft;
    const result = results[next++]!;
    if (result.status === 'fulfilled') return { ok: true, value: { draft: draft.value, appended: result.value } };
    const { reason } = result;
    return { ok: false, error: reason instanceof CodedError ? reason : unavailable(reason) };
  });
}

/** The first entries under repeated keys, as far as the viewer may read them. */
async function readableFirsts(
  parts: WritingParts,
  viewer: Viewer,
  placed: readonly Placed[],
): Promise<ReadonlyMap<string, ActivityLog>> {
  const ids = placed.flatMap((one) =>
    one.ok && one.value.appended.outcome === 'DUPLICATE' ? [one.value.appended.id] : [],
  );
  if (ids.length === 0 || !canReadLogs(viewer)) return new Map();
  const place = await parts.reader.settle(viewer.workspaceId);
  const [entries, own] = await Promise.all([
    parts.pages.findMany(place, ids),
    readsOwnOnly(viewer) ? ownIdentities(parts.users, viewer) : undefined,
  ]);
  return new Map(entries.filter((entry) => !own || isOf(entry, own)).map((entry) => [entry.id, entry]));
}

function settled(
  { draft, appended }: { readonly draft: EntryDraft; readonly appended: Appended },
  viewer: Viewer,
  firsts: ReadonlyMap<string, ActivityLog>,
  field: string,
): Attempt<WrittenEntry> {
  const { id, seq } = appended;
  switch (appended.outcome) {
    case 'RECORDED': {
      const { recordedAt } = appended;
      const activityLog = { ...draft.entry, id, workspaceId: viewer.workspaceId, seq, recordedAt };
      return { ok: true, value: { outcome: 'RECORDED', seq, removed: false, activityLog } };
    }
    case 'DUPLICATE':
      return {
        ok: true,
        value: { outcome: 'DUPLICATE', seq, removed: appended.removed, activityLog: firsts.get(id) },
      };
    case 'CONFLICT':
      return {
        ok: false,
        error: new CodedError('CONFLICT', 'An entry with this key and other content is recorded', `${field}.key`),
      };
  }
}
