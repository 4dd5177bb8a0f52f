import { type Document, type IndexDescription, MongoServerError, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { ErasedPerson, UserErasure } from '../model/user-erasure.js';
import type { Store } from './connect.js';
import { read } from './read.js';

interface UserErasureDocument {
  /** The user. */
  _id: ObjectId;
  workspaceId: ObjectId;
  state: UserErasure['state'];
  startedAt: Date;
  finishedAt?: Date;
  entries?: number;
  /** Grows with each time that somebody goes on with it. */
  tries: number;
  /** Only while it runs: what it has to find is what is to be forgotten. */
  person?: ErasedPerson;
  /** Only while it runs. */
  formerFolds?: number;
}

/** One that is to be gone on with. */
export interface RunningErasure extends UserErasure {
  readonly person: ErasedPerson;
  /** The last generation of notifications that is of entries as they were; absent until their being made anew was asked for. */
  readonly formerFolds?: number;
}

export const userErasureCollection = 'user_erasures';

export const userErasureIndexes: IndexDescription[] = [
  { name: 'user_erasures_running', key: { workspaceId: 1, state: 1 }, partialFilterExpression: { state: 'RUNNING' } },
];

export const userErasureSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'state', 'startedAt', 'tries'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      state: { enum: ['RUNNING', 'DONE'] },
      startedAt: { bsonType: 'date' },
      finishedAt: { bsonType: 'date' },
    },
  },
};

const duplicateKey = 11000;

/** Erasures of people's texts: recorded before anything is erased, so that somebody finishes each. */
export class UserErasures {
  readonly #erasures;

  constructor(store: Store) {
    this.#erasures = store.collection<UserErasureDocument>(userErasureCollection);
  }

  /** Begins one, where none is running for this user already. */
  async begin(workspaceId: Id, userId: Id, person: ErasedPerson, now: Date): Promise<void> {
    const user = { _id: new ObjectId(userId), workspaceId: new ObjectId(workspaceId) };
    await read(async () => {
      try {
        await this.#erasures.updateOne(
          { ...user, state: 'DONE' },
          { $set: { state: 'RUNNING', startedAt: now, person, tries: 0 }, $unset: { finishedAt: '', entries: '' } },
          { upsert: true },
        );
      } catch (error) {
        // The upsert met the document of one that runs.
        if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      }
    });
  }

  async find(workspaceId: Id, userId: Id): Promise<UserErasure | undefined> {
    const where = { _id: new ObjectId(userId), workspaceId: new ObjectId(workspaceId) };
    const document = await read(() => this.#erasures.findOne(where, { projection: { person: 0 } }));
    return document ? toErasure(document) : undefined;
  }

  /** Whose are running. */
  async running(workspaceId: Id): Promise<Id[]> {
    const where = { workspaceId: new ObjectId(workspaceId), state: 'RUNNING' as const };
    const found = await read(() => this.#erasures.find(where, { projection: { _id: 1 } }).toArray());
    return found.map(({ _id }) => _id.toHexString());
  }

  /** One that runs, to go on with. That is a journaled write, so what it answers will not be taken back by a kill. */
  async claim(workspaceId: Id, userId: Id): Promise<RunningErasure | undefined> {
    const document = await read(() =>
      this.#erasures.findOneAndUpdate(
        { _id: new ObjectId(userId), workspaceId: new ObjectId(workspaceId), state: 'RUNNING' },
        { $inc: { tries: 1 } },
        { returnDocument: 'after' },
      ),
    );
    if (!document?.person) return undefined;
    const { person, formerFolds } = document;
    return { ...toErasure(document), person, ...(formerFolds !== undefined && { formerFolds }) };
  }

  /** Notes which generation of notifications is to be gone before it is done. */
  async writeFormerFolds(workspaceId: Id, { userId, startedAt }: UserErasure, formerFolds: number): Promise<void> {
    await read(() =>
      this.#erasures.updateOne(
        { _id: new ObjectId(userId), workspaceId: new ObjectId(workspaceId), state: 'RUNNING', startedAt },
        { $set: { formerFolds } },
      ),
    );
  }

  /** Ends one, and forgets whom it was of. */
  async finish(workspaceId: Id, { userId, startedAt }: UserErasure, entries: number, now: Date): Promise<void> {
    await read(() =>
      this.#erasures.updateOne(
        { _id: new ObjectId(userId), workspaceId: new ObjectId(workspaceId), state: 'RUNNING', startedAt },
        { $set: { state: 'DONE', finishedAt: now, entries }, $unset: { person: '', formerFolds: '' } },
      ),
    );
  }
}

const toErasure = (document: UserErasureDocument): UserErasure => ({
  userId: document._id.toHexString(),
  state: document.state,
  startedAt: document.startedAt,
  ...(document.finishedAt && { finishedAt: document.finishedAt }),
  ...(document.entries !== undefined && { entries: document.entries }),
});
