import { createHash } from 'node:crypto';
import { Long } from 'mongodb';
import type { Id } from '../../src/base/ids.js';
import type { LogDraft, LogRecord } from '../../src/model/log-record.js';
import { ActivityLogs } from '../../src/store/activity-logs.js';
import type { Store } from '../../src/store/connect.js';
import { draftDocument, toRecord } from '../../src/store/log-document.js';

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A made-up log, written into the store little by little, as writers would: what is removed is hidden, then announced, then erased. */
export class WrittenLog {
  #head = 0;
  readonly #hidden = new Set<Id>();
  readonly #logs: ActivityLogs;

  constructor(
    store: Store,
    readonly workspaceId: Id,
    private readonly all: readonly LogRecord[],
  ) {
    this.#logs = new ActivityLogs(store);
  }

  get head(): number {
    return this.#head;
  }

  /** Whether an entry is hidden already of which the log does not say yet that it is removed. */
  get isHidingAhead(): boolean {
    return this.all.some((one) => one.kind === 'removed' && one.seq > this.#head && this.#hidden.has(one.targetId));
  }

  /** Writes up to a number, and hides what the next few records say is removed. */
  async reach(head: number, hideAhead = 0): Promise<void> {
    const fresh = this.all.slice(this.#head, head);
    const removed = this.all
      .slice(0, Math.min(this.all.length, head + hideAhead))
      .flatMap((one) => (one.kind === 'removed' ? [one] : []));
    if (fresh.length > 0) await this.#logs.insert(fresh.map((one) => this.#document(one)));
    this.#head = Math.max(this.#head, head);
    const there = new Set(this.all.slice(0, this.#head).map(({ id }) => id));
    for (const { targetId, seq } of removed) {
      if (!there.has(targetId)) continue;
      if (!this.#hidden.has(targetId)) await this.#logs.hide(this.workspaceId, [targetId], new Date(0));
      this.#hidden.add(targetId);
      if (seq <= this.#head) await this.#logs.erase(this.workspaceId, [targetId], new Date(0));
    }
  }

  async readAfter(seq: number, limit: number, through = this.#head): Promise<LogRecord[]> {
    return (await this.#logs.readAfter(this.workspaceId, seq, limit, { through })).map(toRecord);
  }

  /** Control entries, as a fold that opens is handed them. */
  async *through(_workspaceId: Id, seq: number, nouns: readonly string[]) {
    for (const record of await this.readAfter(0, Math.max(1, seq), seq))
      if (record.kind === 'control' && nouns.includes(record.control.noun)) yield record;
  }

  #document(record: LogRecord) {
    const draft = draftOf(record);
    return { ...draftDocument(this.workspaceId, draft, new Date(0), hash), seq: Long.fromNumber(record.seq) };
  }
}

function draftOf(record: LogRecord): LogDraft {
  switch (record.kind) {
    case 'entry':
      return { kind: 'entry', id: record.id, entry: record.entry! };
    case 'removed':
      return { kind: 'removed', id: record.id, targetId: record.targetId, target: record.target };
    case 'control':
      return { kind: 'control', id: record.id, control: record.control };
    case 'void':
      throw new Error('No histories have voids');
  }
}
