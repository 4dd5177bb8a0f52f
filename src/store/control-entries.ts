import { type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import type { ControlRecord } from './control-links.js';
import { type LogDocument, toRecord } from './log-document.js';

/** Control entries by themselves: there are few of them among the entries, and a fold that opens reads them all. */
export const controlEntriesIndex: IndexDescription = {
  name: 'read_control',
  key: { workspaceId: 1, seq: 1, 'control.noun': 1 },
  partialFilterExpression: { kind: 'control' },
};

const batchSize = 200;

export class ControlEntries {
  readonly #logs;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument>('activity_logs');
  }

  /** Those of some nouns up to a number, in the order of the log; a batch at a time is in memory. */
  async *through(workspaceId: Id, seq: number, nouns: readonly string[]): AsyncGenerator<ControlRecord> {
    const cursor = this.#logs.find(
      {
        workspaceId: new ObjectId(workspaceId),
        kind: 'control',
        seq: { $lte: Long.fromNumber(seq) },
        'control.noun': { $in: [...nouns] },
      },
      { sort: { seq: 1 }, batchSize },
    );
    for await (const document of cursor) {
      const record = toRecord(document);
      if (record.kind === 'control') yield record;
    }
  }
}
