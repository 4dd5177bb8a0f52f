import { ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { FilterFields } from '../model/activity-log.js';
import { filterFields } from '../model/activity-log.js';
import { type CountChange, countChange } from '../model/activity-log-counts.js';
import type { LogRecord } from '../model/log-record.js';
import { removalConnection, sourceSystems } from '../model/source-system.js';
import { keyIndex, logCollection, sweepIndex } from './activity-logs.js';
import type { Store } from './connect.js';
import { type LogDocument, toEntry, toRecord } from './log-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** One that is being removed. */
export interface HiddenEntry {
  readonly id: Id;
  readonly seq: number;
  readonly entry: FilterFields;
}

/**
 * What records of the log add to counts and take from them, a function of the log alone: an entry counts from its own
 * number up to that of its removal. One that is removed by now is read from its removal, which carries what it was.
 */
export class CountChanges {
  readonly #logs;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument & { sweep?: string }>(logCollection);
  }

  /** @param firstSeq entries below it are not counted, and so their removals take nothing away. */
  async of(workspaceId: Id, records: readonly LogRecord[], firstSeq: number): Promise<CountChange[]> {
    const gone = records.flatMap((record) => (record.kind === 'entry' && !record.entry ? [record.id] : []));
    const targets = records.flatMap((record) => (record.kind === 'removed' ? [record.targetId] : []));
    const [contents, seqs] = await Promise.all([this.#contents(workspaceId, gone), this.#seqs(workspaceId, targets)]);
    return records.flatMap((record) => {
      if (record.kind === 'entry') {
        const entry = record.entry ? filterFields(record.entry) : contents.get(record.id);
        return entry && record.seq >= firstSeq ? [countChange(record.seq, record.seq, entry, 1)] : [];
      }
      if (record.kind !== 'removed') return [];
      const targetSeq = seqs.get(record.targetId);
      return targetSeq !== undefined && targetSeq >= firstSeq
        ? [countChange(record.seq, targetSeq, record.target, -1)]
        : [];
    });
  }

  /** Entries that nobody sees any more although they are there: most have no removal in the log yet. At most `limit`. */
  async hidden(workspaceId: Id, limit: number): Promise<HiddenEntry[]> {
    const found = await read(() =>
      this.#logs
        .find(
          { workspaceId: new ObjectId(workspaceId), sweep: { $exists: true } },
          { projection: withoutTexts, limit, maxTimeMS: defaultMaxTimeMs, hint: sweepIndex },
        )
        .toArray(),
    );
    return found.map(toEntry).map((entry) => ({ id: entry.id, seq: entry.seq, entry: filterFields(entry) }));
  }

  /** The numbers of the removals that the log has of some entries. */
  async removalSeqs(workspaceId: Id, ids: readonly Id[]): Promise<Map<Id, number>> {
    if (ids.length === 0) return new Map();
    const removals = await this.#removals(workspaceId, ids);
    return new Map(removals.map(({ targetId, seq }) => [targetId, seq]));
  }

  /** What entries held that are being removed: until a removal says so they have it still. */
  async #contents(workspaceId: Id, ids: readonly Id[]): Promise<Map<Id, FilterFields>> {
    if (ids.length === 0) return new Map();
    const workspace = new ObjectId(workspaceId);
    const entries = await read(() =>
      this.#logs
        .find({ _id: { $in: ids.map((id) => new ObjectId(id)) }, workspaceId: workspace }, { projection: withoutTexts })
        .toArray(),
    );
    const hidden = entries.filter(({ action }) => action !== undefined).map(toEntry);
    const known = new Map(hidden.map((entry) => [entry.id, filterFields(entry)]));
    const erased = ids.filter((id) => !known.has(id));
    if (erased.length === 0) return known;
    for (const { targetId, target } of await this.#removals(workspaceId, erased)) known.set(targetId, target);
    return known;
  }

  async #removals(workspaceId: Id, ids: readonly Id[]): Promise<(LogRecord & { kind: 'removed' })[]> {
    const found = await read(() =>
      this.#logs
        .find(
          {
            workspaceId: new ObjectId(workspaceId),
            source: { $in: [...sourceSystems] },
            connectionId: removalConnection,
            nativeKey: { $in: [...ids] },
          },
          { hint: keyIndex, maxTimeMS: defaultMaxTimeMs },
        )
        .toArray(),
    );
    return found.map(toRecord).flatMap((record) => (record.kind === 'removed' ? [record] : []));
  }

  async #seqs(workspaceId: Id, ids: readonly Id[]): Promise<Map<Id, number>> {
    if (ids.length === 0) return new Map();
    const found = await read(() =>
      this.#logs
        .find(
          { _id: { $in: ids.map((id) => new ObjectId(id)) }, workspaceId: new ObjectId(workspaceId) },
          { projection: { seq: 1 } },
        )
        .toArray(),
    );
    return new Map(found.map(({ _id, seq }) => [_id.toHexString(), Number(seq)]));
  }
}

const withoutTexts = { native: 0, additionalData: 0, changes: 0, words: 0 } as const;
