import { type CountChange, countChange, countedKey, momentOf, quarterMs } from '../../model/activity-log-counts.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import { countedIn, keysOf, spansOf, type TotalSpan } from '../../model/activity-log-totals.js';
import type { ActivityLogCounts } from '../../store/activity-log-counts.js';
import type { ActivityLogList, ActivityLogPages } from '../../store/activity-log-pages.js';
import type { ActivityLogs } from '../../store/activity-logs.js';
import type { CountChanges } from '../../store/count-changes.js';
import { toRecord } from '../../store/log-document.js';
import { type CountsFoldParts, filtersOfKind, filtersOfTime, isOfKind, maxBehind, openCounts } from './counts-fold.js';

export interface CountingParts extends CountsFoldParts {
  readonly pages: Pick<ActivityLogPages, 'count'>;
  readonly log: { readonly logs: Pick<ActivityLogs, 'readAfter'> };
  readonly logCounts: Pick<ActivityLogCounts, 'firstSeq' | 'sum'>;
  readonly countChanges: Pick<CountChanges, 'of' | 'hidden' | 'removalSeqs'>;
}

/** Among so many numbers of the log entries are counted as quickly. */
const fewNumbers = 500;
/** How many records that the fold has not counted, or counted too much, are read for one count. */
const maxRecords = 2 * maxBehind;

const known: readonly string[] = [...filtersOfKind, ...filtersOfTime];

/**
 * How many entries a list has: of some kinds or all, at some time or any, by what the fold of counts knows; any others, and
 * where the fold cannot tell, one by one. The answer is the same: what is hidden while this is under way is counted or not.
 * @param epoch of the log that the list is of.
 * @throws CodedError QUERY_TOO_SLOW, SERVICE_UNAVAILABLE.
 */
export async function countEntries(parts: CountingParts, list: ActivityLogList, epoch: number): Promise<number> {
  return (isFolded(list) ? await foldedCount(parts, list, epoch) : undefined) ?? parts.pages.count(list);
}

function isFolded({ window, filter }: ActivityLogList): boolean {
  const names = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return (
    window.seq - window.firstSeq >= fewNumbers &&
    names.every((name) => known.includes(name)) &&
    // The fold learns of it entry by entry.
    !window.erasures.some(({ source }) => filter.sources?.includes(source) ?? true)
  );
}

/** A time in quarters of an hour, which the fold knows, and what is left of it at its ends, in microseconds. */
function cutTime({ occurredAfterMicros: after, occurredBeforeMicros: before }: ResolvedFilter) {
  const quarter = quarterMs * 1000;
  const from = after === undefined ? Number.NEGATIVE_INFINITY : Math.ceil(after / quarter) * quarter;
  const until = before === undefined ? Number.POSITIVE_INFINITY : Math.floor(before / quarter) * quarter;
  const ends = [
    ...(after !== undefined && after < from ? [{ occurredAfterMicros: after, occurredBeforeMicros: from }] : []),
    ...(before !== undefined && until < before ? [{ occurredAfterMicros: until, occurredBeforeMicros: before }] : []),
  ];
  return { from: from / 1000, until: until / 1000, ends };
}

async function foldedCount(parts: CountingParts, list: ActivityLogList, epoch: number): Promise<number | undefined> {
  const { window, filter } = list;
  const { from, until, ends } = cutTime(filter);
  if (from >= until) return undefined;
  const open = await openCounts(parts, { ...window, epoch });
  // Somebody may have asked for another because this one is wrong.
  if (!open || open.state.building || open.state.rebuild) return undefined;
  const asked: Asked = { list, spans: spansOf(from, until), byKind: filtersOfKind.some((name) => filter[name]) };
  const [folded, ...edges] = await Promise.all([
    countSpans(parts, asked, open),
    ...ends.map((end) => parts.pages.count({ ...list, order: 'OCCURRED_AT_DESC', filter: { ...filter, ...end } })),
  ]);
  return folded === undefined ? undefined : edges.reduce((sum, count) => sum + count, folded);
}

interface Asked {
  readonly list: ActivityLogList;
  readonly spans: readonly TotalSpan[];
  /** Whether only some kinds are asked for. */
  readonly byKind: boolean;
}

type Open = NonNullable<Awaited<ReturnType<typeof openCounts>>>;

/**
 * The fold's sums are of all records up to its own number, and in some documents of a few more; what is asked for are the
 * entries up to the list's number that are seen now. So of the records after the lower of the two, entries up to the list's
 * number and their removals are counted where the sums lack them, and entries above it and theirs are taken out where the
 * sums have them. What is hidden already and has no removal yet is taken out besides. It is looked for before the records:
 * whoever is not hidden any more by then, as nothing is left of it, has its removal among them.
 */
async function countSpans(parts: CountingParts, asked: Asked, open: Open): Promise<number | undefined> {
  const { window, filter } = asked.list;
  const { workspaceId, firstSeq } = window;
  const hidden = await parts.countChanges.hidden(workspaceId, maxRecords + 1);
  if (hidden.length > maxRecords) return undefined;
  const sums = await Promise.all(
    asked.spans.map((span) =>
      parts.logCounts.sum(open.scope, { keys: keysOf(span, asked.byKind), parts: span.parts }, filter, open.seq),
    ),
  );
  const after = Math.min(open.seq, window.seq);
  const documents = await parts.log.logs.readAfter(workspaceId, after, maxRecords + 1, { texts: false });
  if (documents.length > maxRecords) return undefined;
  const records = documents.map(toRecord);
  const changes = await parts.countChanges.of(workspaceId, records, firstSeq);
  const ahead = new Map(sums.flatMap((sum) => [...sum.ahead]));
  let count = sums.reduce((total, sum) => total + sum.count, 0);
  for (const change of changes) {
    const span = spanOf(asked, change);
    if (!span) continue;
    const isCounted = change.seq <= (ahead.get(countedKey(countedIn(span, change, asked.byKind))) ?? open.seq);
    const counts = change.entrySeq <= window.seq;
    if (counts && !isCounted) count += change.by;
    if (!counts && isCounted) count -= change.by;
  }
  const removed = new Set(records.flatMap((record) => (record.kind === 'removed' ? [record.targetId] : [])));
  const unsaid = hidden.filter(
    ({ id, seq, entry }) =>
      seq >= firstSeq && seq <= window.seq && !removed.has(id) && spanOf(asked, countChange(seq, seq, entry, -1)),
  );
  const said = await parts.countChanges.removalSeqs(
    workspaceId,
    unsaid.map(({ id }) => id),
  );
  // One that was said only since lies above what was read.
  return count - unsaid.filter(({ id }) => (said.get(id) ?? Number.POSITIVE_INFINITY) > after).length;
}

/** Where a change counts, if it is asked for. */
function spanOf({ list: { filter }, spans }: Asked, { of, quarter }: CountChange): TotalSpan | undefined {
  if (!isOfKind(filter, of)) return undefined;
  const moment = momentOf(of, quarter);
  return spans.find(({ from, before }) => moment >= from && moment < before);
}
