import { filterFields } from '../../src/model/activity-log.js';
import { matches, type ResolvedFilter } from '../../src/model/activity-log-filter.js';
import type { LogRecord } from '../../src/model/log-record.js';
import type { LiveSubscriber, Told } from './live-subscriber.js';

export type WrongKind =
  | 'surprise'
  | 'out of order'
  | 'not for it'
  | 'something else'
  | 'never came'
  | 'came no further';

/** Something that is wrong with what a subscriber was told. */
export interface Wrong {
  readonly kind: WrongKind;
  readonly text: string;
}

/**
 * What is wrong with what a subscriber was told, held against the log as it stands at the end: every surviving entry
 * that the filter selects once and in order, every removal once, of a removed entry its recording at most once before.
 */
export function verifySubscriber(
  records: readonly LogRecord[],
  filter: ResolvedFilter,
  { told, surprises }: Pick<LiveSubscriber, 'told' | 'surprises'>,
): Wrong[] {
  const must = new Map<number, Told>();
  const may = new Map<number, Told>();
  const seqOf = new Map(records.map((record) => [record.id, record.seq]));
  for (const record of records) {
    const { seq } = record;
    if (record.kind === 'entry' && record.entry && matches(filter, filterFields(record.entry), record.words ?? [])) {
      must.set(seq, { seq, type: 'RECORDED', entryId: record.id, action: record.entry.action });
    }
    if (record.kind !== 'removed' || !matches(filter, record.target, undefined)) continue;
    const { targetId: entryId } = record;
    must.set(seq, { seq, type: 'REMOVED', entryId, action: undefined });
    const recordedAt = seqOf.get(entryId);
    if (recordedAt === undefined) continue;
    may.set(recordedAt, { seq: recordedAt, type: 'RECORDED', entryId, action: record.target.action });
  }
  const wrong: Wrong[] = surprises.map((text) => ({ kind: 'surprise', text }));
  const add = (kind: WrongKind, text: string): number => wrong.push({ kind, text });
  let last = 0;
  for (const event of told) {
    const { seq } = event;
    if (seq <= last) add('out of order', `${describe(event)} came after number ${last}`);
    last = Math.max(last, seq);
    const expected = must.get(seq) ?? may.get(seq);
    if (!expected) add('not for it', `${describe(event)} is not for it`);
    else if (describe(expected) !== describe(event)) {
      add('something else', `${describe(event)} instead of ${describe(expected)}`);
    }
    must.delete(seq);
  }
  for (const missed of must.values()) add('never came', `${describe(missed)} never came`);
  return wrong;
}

const describe = ({ seq, type, entryId, action }: Told): string => `${seq} ${type} ${entryId} ${action ?? ''}`.trim();
