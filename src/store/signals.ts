import { type FindCursor, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { answerWithin, sleep } from '../base/lifecycle.js';
import { type CollectionSchema, ensureCollection } from './collection-schema.js';
import type { Store } from './connect.js';

interface SignalDocument {
  _id: ObjectId;
  workspaceId?: ObjectId;
  seq?: number;
  fold?: string;
}

export interface Signal {
  readonly workspaceId: Id;
  /** The highest number that was just acknowledged, or that a fold reflects by now. */
  readonly seq: number;
  /** Absent: it is about the log itself. */
  readonly fold?: string;
}

export const signalsSchema: CollectionSchema = { name: 'signals', cappedBytes: 65_536 };

/** How late a signal between processes of the embedded engine may be at most. */
const longestPauseMs = 50;
/** A look that took this long, where the server waits for one second at most, will never end: the tail is opened anew. */
const patienceMs = 4000;

/** Wake-up calls between processes, in a small capped collection that each of them tails. Hints only: any may be lost. */
export class Signals {
  readonly #store: Store;
  readonly #signals;

  constructor(store: Store) {
    this.#store = store;
    this.#signals = store.collection<SignalDocument>(signalsSchema.name);
  }

  /** Makes the collection what a tail needs, whatever became of it. */
  async ensure(): Promise<void> {
    await ensureCollection(this.#store, signalsSchema);
    // A tail on an empty capped collection closes at once.
    if ((await this.#signals.findOne()) === null) await this.#signals.insertOne({ _id: new ObjectId() });
  }

  /** Not journaled: losing one costs a poll, and nothing else. */
  async send({ workspaceId, seq, fold }: Signal): Promise<void> {
    await this.#signals.insertOne(
      { _id: new ObjectId(), workspaceId: new ObjectId(workspaceId), seq, fold },
      { writeConcern: { w: 1 } },
    );
  }

  /** Follows the collection; also yields what is in it already. Ends when the store closes the tail. */
  async *tail(onCursor: (cursor: FindCursor<SignalDocument>) => void): AsyncGenerator<Signal> {
    const cursor = this.#signals.find({}, { tailable: true, awaitData: true, maxAwaitTimeMS: 1000, batchSize: 1000 });
    onCursor(cursor);
    let pauseMs = 0;
    while (!cursor.closed) {
      const askedAt = performance.now();
      const document = await answerWithin(patienceMs, cursor.tryNext());
      if (document === null) {
        if (cursor.id?.isZero()) return;
        // The embedded engine answers at once where a server waits for data: then we wait, ever longer while it is quiet.
        pauseMs = performance.now() - askedAt < longestPauseMs ? Math.min(longestPauseMs, pauseMs * 2 || 2) : 0;
        await sleep(pauseMs);
      } else {
        pauseMs = 0;
        if (document.workspaceId && document.seq !== undefined) {
          yield { workspaceId: document.workspaceId.toHexString(), seq: document.seq, fold: document.fold };
        }
      }
    }
  }
}
