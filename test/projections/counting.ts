import { Long, ObjectId } from 'mongodb';
import type { Id } from '../../src/base/ids.js';
import type { LogRecord } from '../../src/model/log-record.js';
import type { FoldPlace, Projection } from '../../src/projections/projection.js';
import type { Store } from '../../src/store/connect.js';

interface CountDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  generation: number;
  action: string;
  seq: Long | number;
  /** The numbers of the entries that were counted. */
  seqs: number[];
}

export interface CountingOptions {
  readonly version?: number;
  /** Called before each write: what it throws is a kill there. */
  readonly onWrite?: () => void | Promise<void>;
}

/** The smallest fold there can be: which entries there are of each action. */
export class CountingProjection implements Projection {
  readonly name = 'test-counting';
  readonly version: number;
  readonly #counts;
  opened = 0;

  constructor(
    store: Store,
    private readonly options: CountingOptions = {},
  ) {
    this.version = options.version ?? 1;
    this.#counts = store.collection<CountDocument>('test_counting');
  }

  async open({ workspaceId, generation }: FoldPlace) {
    this.opened += 1;
    return { apply: (records: readonly LogRecord[]) => this.#apply(workspaceId, generation, records) };
  }

  async erase(workspaceId: Id, generation: number): Promise<boolean> {
    await this.#counts.deleteMany({ workspaceId: new ObjectId(workspaceId), generation });
    return false;
  }

  async counted(workspaceId: Id, generation: number): Promise<Record<string, number[]>> {
    const documents = await this.#counts.find({ workspaceId: new ObjectId(workspaceId), generation }).toArray();
    return Object.fromEntries(documents.map(({ action, seqs }) => [action, seqs]));
  }

  async #apply(workspaceId: Id, generation: number, records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      if (record.kind !== 'entry' || !record.entry) continue;
      await this.options.onWrite?.();
      const of = { workspaceId: new ObjectId(workspaceId), generation, action: record.entry.action };
      const known = await this.#counts.findOne(of);
      if (!known) await this.#counts.insertOne({ _id: new ObjectId(), ...of, seq: Long.ZERO, seqs: [] });
      const seq = Long.fromNumber(record.seq);
      await this.#counts.updateOne({ ...of, seq: { $lt: seq } }, { $set: { seq }, $push: { seqs: record.seq } });
    }
  }
}
