import { type Document, Long, ObjectId, type UpdateFilter } from 'mongodb';
import { notFound } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Erasure } from '../model/log-record.js';
import type { SourceSystem } from '../model/source-system.js';
import type { Store } from './connect.js';
import { upsert } from './upsert.js';

/** One per workspace: the counter that numbers come from, and what every reader of the log must know. */
export interface LogStateDocument {
  /** The workspace. */
  _id: ObjectId;
  workspaceId: ObjectId;
  /** The highest number reserved so far. */
  seq: Long | number;
  /** Grows when the log was restored from elsewhere. */
  epoch: number;
  /** The lowest number that retention kept. */
  firstSeq: Long | number;
  /** Some reader has seen, durably, every number up to this one. */
  mark: Long | number;
  markings?: Long | number;
  /** Sources of which everything is to go, and up to which number. */
  erasures?: { source: SourceSystem; through: Long | number }[];
}

export const logStateCollection = 'log_states';

export const logStateSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'seq', 'epoch', 'firstSeq', 'mark'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      seq: { bsonType: 'long', minimum: 0 },
      epoch: { bsonType: 'int', minimum: 1 },
      firstSeq: { bsonType: 'long', minimum: 1 },
      mark: { bsonType: 'long', minimum: 0 },
    },
  },
};

export interface LogState {
  readonly seq: number;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly mark: number;
  readonly erasures: readonly Erasure[];
}

const toState = (document: LogStateDocument): LogState => ({
  seq: Number(document.seq),
  epoch: document.epoch,
  firstSeq: Number(document.firstSeq),
  mark: Number(document.mark),
  erasures: (document.erasures ?? []).map(({ source, through }) => ({ source, through: Number(through) })),
});

export class LogStates {
  readonly #states;

  constructor(store: Store) {
    this.#states = store.collection<LogStateDocument>(logStateCollection);
  }

  /** Makes the state where there is none, and raises the counter to `seenSeq`, the highest number in the log. */
  async ensure(workspaceId: Id, seenSeq: number): Promise<LogState> {
    const id = new ObjectId(workspaceId);
    const document = await upsert(() =>
      this.#states.findOneAndUpdate(
        { _id: id, workspaceId: id },
        {
          $setOnInsert: { epoch: 1, firstSeq: Long.fromNumber(1), mark: Long.fromNumber(0) },
          $max: { seq: Long.fromNumber(seenSeq) },
        },
        { upsert: true, returnDocument: 'after' },
      ),
    );
    return toState(document!);
  }

  async read(workspaceId: Id): Promise<LogState | undefined> {
    const id = new ObjectId(workspaceId);
    const document = await this.#states.findOne({ _id: id, workspaceId: id });
    return document ? toState(document) : undefined;
  }

  /** Takes the next `count` numbers; answers the first of them. None may be used before this is acknowledged. */
  async reserve(workspaceId: Id, count: number): Promise<number> {
    const state = await this.#change(workspaceId, { $inc: { seq: Long.fromNumber(count) } });
    return state.seq - count + 1;
  }

  /** One journaled write: whatever was visible before it is durable after it. Answers the state as of then. */
  raiseMark(workspaceId: Id, mark: number): Promise<LogState> {
    // The growing count makes it a change, and so a journaled write, also where the mark stays.
    return this.#change(workspaceId, { $max: { mark: Long.fromNumber(mark) }, $inc: { markings: Long.ONE } });
  }

  /** Retention's first step: from here on nothing below is served. */
  raiseFirstSeq(workspaceId: Id, firstSeq: number): Promise<LogState> {
    return this.#change(workspaceId, { $max: { firstSeq: Long.fromNumber(firstSeq) } });
  }

  /** After a restore: cursors given out before are of another epoch, and no reader trusts a mark above the log's end. */
  async nextEpoch(workspaceId: Id, endSeq: number): Promise<LogState> {
    await this.#change(workspaceId, { $min: { mark: Long.fromNumber(endSeq) } });
    return this.#change(workspaceId, { $inc: { epoch: 1 }, $max: { seq: Long.fromNumber(endSeq) } });
  }

  /** Notes that everything of a source up to a number is to go. Whoever reads the state from now on hides it. */
  beginErasure(workspaceId: Id, { source, through }: Erasure): Promise<LogState> {
    return this.#change(workspaceId, { $push: { erasures: { source, through: Long.fromNumber(through) } } });
  }

  /** Nothing of it is left. */
  endErasure(workspaceId: Id, { source, through }: Erasure): Promise<LogState> {
    return this.#change(workspaceId, { $pull: { erasures: { source, through: Long.fromNumber(through) } } });
  }

  async #change(workspaceId: Id, update: UpdateFilter<LogStateDocument>): Promise<LogState> {
    const id = new ObjectId(workspaceId);
    const document = await this.#states.findOneAndUpdate({ _id: id, workspaceId: id }, update, {
      returnDocument: 'after',
    });
    if (!document) throw notFound('The log of this workspace');
    return toState(document);
  }
}

export type LogStateStore = { [Method in keyof LogStates]: LogStates[Method] };
