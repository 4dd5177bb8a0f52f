import { CodedError } from '../../../src/base/errors.js';
import { type Id, newId } from '../../../src/base/ids.js';
import type { FeedListener, LogFeed } from '../../../src/log/feed.js';
import type { LogPlace } from '../../../src/log/place.js';
import { type ActivityLog, filterFields } from '../../../src/model/activity-log.js';
import type { LogRecord } from '../../../src/model/log-record.js';
import type { Requests } from './requests.js';

/** The log and one process's feed of it: what is written is seen when the world says so, and pages are answered then. */
export class SimLog implements Pick<LogFeed, 'place' | 'follow' | 'readAfter'> {
  readonly workspaceId: Id = newId();
  /** As the store has them now. */
  readonly records: LogRecord[] = [];
  /** Also of what was removed since. */
  readonly entries = new Map<Id, ActivityLog>();
  /** Hidden, and its removal not yet appended. */
  readonly hidden: Id[] = [];
  readonly #removalOf = new Map<Id, number>();
  firstSeq = 1;
  epoch = 1;
  #seen = 0;
  readonly #listeners = new Set<FeedListener>();

  constructor(private readonly requests: Requests) {}

  get place(): LogPlace {
    const { workspaceId, epoch, firstSeq } = this;
    return { workspaceId, epoch, firstSeq, seq: this.#seen, erasures: [], keptUntilMs: 0 };
  }

  get followers(): number {
    return this.#listeners.size;
  }

  append(action: string): void {
    const id = newId();
    const seq = this.records.length + 1;
    const entry: ActivityLog = {
      id,
      seq,
      action,
      workspaceId: this.workspaceId,
      source: 'GATEWAY',
      connectionId: 'client:model',
      actionClass: 'OTHER',
      occurredAtMicros: seq,
      recordedAt: new Date(0),
      actor: { kind: 'SYSTEM' },
      tags: [],
    };
    this.entries.set(id, entry);
    this.records.push({ kind: 'entry', id, seq, entry, words: [] });
  }

  appendVoid(): void {
    this.records.push({ kind: 'void', id: newId(), seq: this.records.length + 1 });
  }

  /** A removal's first step: nobody who reads sees it any more. */
  hide(id: Id): void {
    const { seq } = this.entries.get(id)!;
    this.records[seq - 1] = { kind: 'entry', id, seq };
    this.hidden.push(id);
  }

  /** And its second. */
  appendRemoval(): void {
    const targetId = this.hidden.shift()!;
    const seq = this.records.length + 1;
    this.#removalOf.set(targetId, seq);
    this.records.push({
      kind: 'removed',
      id: newId(),
      seq,
      targetId,
      target: filterFields(this.entries.get(targetId)!),
    });
  }

  /** Whether this process has seen that an entry was removed. */
  knowsRemovalOf(id: Id): boolean {
    return (this.#removalOf.get(id) ?? Infinity) <= this.#seen;
  }

  isGone(id: Id): boolean {
    return this.#removalOf.has(id) || this.hidden.includes(id);
  }

  /** The feed reads on and tells its followers. */
  advance(count: number): void {
    const records = this.records.slice(this.#seen, this.#seen + count);
    this.#seen += records.length;
    for (const listener of [...this.#listeners]) listener({ type: 'records', records, place: this.place });
  }

  restore(): void {
    this.epoch += 1;
    for (const listener of [...this.#listeners]) listener({ type: 'ended', reason: 'epoch' });
  }

  follow(listener: FeedListener): { place: LogPlace; stop(): void } {
    this.#listeners.add(listener);
    return { place: this.place, stop: () => void this.#listeners.delete(listener) };
  }

  readAfter(after: number, limit: number): ReturnType<LogFeed['readAfter']> {
    const { place } = this;
    return this.requests.ask('page', () => {
      if (after < this.firstSeq - 1) throw new CodedError('CURSOR_EXPIRED', 'gone', 'after');
      const records = this.records.slice(after, Math.min(place.seq, after + limit));
      return { records, through: records.at(-1)?.seq ?? Math.max(after, place.seq), place };
    });
  }
}
