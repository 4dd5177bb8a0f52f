import { type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { LogPosition } from '../base/cursor.js';
import type { Id } from '../base/ids.js';
import { noCounts, type SourceCounts, type SourceState } from '../model/source.js';
import type { Store } from './connect.js';
import { read } from './read.js';
import { upsert } from './upsert.js';

interface SourceStateDocument {
  /** The source. */
  _id: ObjectId;
  workspaceId: ObjectId;
  fence: number;
  /** How often somebody asked for a look. Whoever rests leaves alone what was asked meanwhile. */
  wakes: number;
  checkpoint?: string;
  /** The version of the source for which reading was begun anew last. */
  restartedFor?: number;
  writtenThrough?: { epoch: number; seq: Long | number };
  coveredUntil?: Date;
  backfill?: { from: Date; to: Date; at: Date };
  lastAttemptAt?: Date;
  lastSuccessAt?: Date;
  lastEntryAt?: Date;
  fault?: SourceState['fault'];
  failures: number;
  nextAttemptAt?: Date;
  counts: Record<keyof SourceCounts, Long | number>;
  driftNames: string[];
}

export const sourceStateCollection = 'source_states';

export const sourceStateIndexes: IndexDescription[] = [
  { name: 'source_states_due', key: { workspaceId: 1, nextAttemptAt: 1 } },
];

export const sourceStateSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'fence', 'wakes', 'failures', 'counts', 'driftNames'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      fence: { bsonType: ['int', 'long'] },
      wakes: { bsonType: ['int', 'long'] },
      checkpoint: { bsonType: 'string' },
      failures: { bsonType: ['int', 'long'] },
      nextAttemptAt: { bsonType: 'date' },
      counts: { bsonType: 'object' },
      driftNames: { bsonType: 'array', maxItems: 50, items: { bsonType: 'string' } },
    },
  },
};

/** What is told of a source's reading; a field that is given as null is taken away. */
export interface SourceStateChange {
  readonly checkpoint?: string;
  readonly coveredUntil?: Date;
  readonly backfill?: SourceState['backfill'] | null;
  readonly lastSuccessAt?: Date;
  readonly lastEntryAt?: Date;
  readonly fault?: SourceState['fault'] | null;
  readonly failures?: number;
  readonly counts?: Partial<SourceCounts>;
  readonly driftNames?: readonly string[];
}

/** A reading that has begun: under which number, and how often it had been asked for by then. */
export interface BegunReading {
  readonly state: SourceState;
  readonly wakes: number;
}

const maxDriftNames = 50;

/** How the reading of each source stands. Every write carries its lease's number and loses against a higher one. */
export class SourceStates {
  readonly #states;

  constructor(store: Store) {
    this.#states = store.collection<SourceStateDocument>(sourceStateCollection);
  }

  async byIds(workspaceId: Id, ids: readonly Id[]): Promise<SourceState[]> {
    if (ids.length === 0) return [];
    const found = await read(() =>
      this.#states
        .find({ workspaceId: new ObjectId(workspaceId), _id: { $in: ids.map((id) => new ObjectId(id)) } })
        .toArray(),
    );
    return found.map(toState);
  }

  /** Begins a reading under a lease's number; undefined when a later holder has begun already. */
  async begin(workspaceId: Id, id: Id, fence: number, now: Date): Promise<BegunReading | undefined> {
    const key = { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId) };
    await upsert(() => this.#states.updateOne(key, { $setOnInsert: unread }, { upsert: true }));
    const document = await this.#states.findOneAndUpdate(
      { ...key, fence: { $lte: fence } },
      { $set: { fence, lastAttemptAt: now } },
      { returnDocument: 'after' },
    );
    return document ? { state: toState(document), wakes: document.wakes } : undefined;
  }

  /**
   * False when a later holder has begun, or reading was begun anew for a later version: whoever hears it stops.
   * @param version of the source as it is read.
   */
  async save(
    workspaceId: Id,
    id: Id,
    fence: number,
    change: SourceStateChange,
    version = Number.MAX_SAFE_INTEGER,
  ): Promise<boolean> {
    const { counts = {}, driftNames = [], ...fields } = change;
    const set = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
    const unset = Object.entries(fields).filter(([, value]) => value === null);
    const inc = Object.entries(counts).filter(([, count]) => count !== 0);
    const update = {
      $set: { fence, ...Object.fromEntries(set) },
      ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map(([name]) => [name, '' as const])) }),
      ...(inc.length > 0 && {
        $inc: Object.fromEntries(inc.map(([name, count]) => [`counts.${name}`, Long.fromNumber(count)])),
      }),
    };
    // Before the counts, so that whoever sees a count can see what it counts.
    if (driftNames.length > 0) await this.#noteDrift(workspaceId, id, driftNames);
    const isOfNow = { $or: [{ restartedFor: { $exists: false } }, { restartedFor: { $lte: version } }] };
    const held = { ...this.#held(workspaceId, id, fence), ...isOfNow };
    const { matchedCount } = await this.#states.updateOne(held, update);
    return matchedCount === 1;
  }

  /** Says when the next reading is due; null: when somebody asks. Who asked since `wakes` is heard at once instead. */
  async rest(workspaceId: Id, id: Id, fence: number, wakes: number, nextAttemptAt: Date | null): Promise<void> {
    await this.#states.updateOne(
      { ...this.#held(workspaceId, id, fence), wakes },
      nextAttemptAt ? { $set: { nextAttemptAt } } : { $unset: { nextAttemptAt: '' } },
    );
  }

  /** The log up to this place is written into the source. False when a later holder has begun, or it was moved on meanwhile. */
  async wroteThrough(workspaceId: Id, id: Id, fence: number, place: LogPosition): Promise<boolean> {
    const { matchedCount } = await this.#states.updateOne(
      {
        ...this.#held(workspaceId, id, fence),
        $or: [
          { writtenThrough: { $exists: false } },
          { 'writtenThrough.epoch': { $lt: place.epoch } },
          { 'writtenThrough.epoch': place.epoch, 'writtenThrough.seq': { $lte: Long.fromNumber(place.seq) } },
        ],
      },
      { $set: { fence, writtenThrough: toWritten(place) } },
    );
    return matchedCount === 1;
  }

  /** Writing through starts at this place of the log: what stands before it is not written. */
  async writeFrom(workspaceId: Id, id: Id, place: LogPosition): Promise<void> {
    await upsert(() =>
      this.#states.updateOne(
        { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId) },
        { $setOnInsert: unread, $set: { writtenThrough: toWritten(place) } },
        { upsert: true },
      ),
    );
  }

  /** Asks for a look soon, unless the source is in trouble: then it keeps the pause that it was given. */
  async nudge(workspaceId: Id, id: Id, now: Date): Promise<void> {
    await this.#states.updateOne(
      { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId), fault: { $exists: false } },
      { $set: { nextAttemptAt: now }, $inc: { wakes: 1 } },
    );
  }

  /** Asks for a look as soon as somebody can. */
  async wake(workspaceId: Id, id: Id, now: Date): Promise<void> {
    const { wakes: _wakes, ...others } = unread;
    await upsert(() =>
      this.#states.updateOne(
        { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId) },
        { $setOnInsert: others, $set: { nextAttemptAt: now }, $inc: { wakes: 1 } },
        { upsert: true },
      ),
    );
  }

  /**
   * Reading starts from the beginning: what was recorded is recognised.
   * @param version of the source, for which it does: a reading that is under way for an older one stores nothing more.
   */
  async restart(workspaceId: Id, id: Id, version: number): Promise<void> {
    await this.#states.updateOne(
      { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId) },
      { $unset: { checkpoint: '', coveredUntil: '', backfill: '' }, $max: { restartedFor: version } },
    );
  }

  #held(workspaceId: Id, id: Id, fence: number) {
    return { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId), fence: { $lte: fence } };
  }

  /** The first so many; a source that never stops inventing fields is not to fill the document. */
  async #noteDrift(workspaceId: Id, id: Id, names: readonly string[]): Promise<void> {
    const known = (await this.byIds(workspaceId, [id]))[0]?.driftNames ?? [];
    const fresh = [...new Set(names)].filter((name) => !known.includes(name)).slice(0, maxDriftNames - known.length);
    if (fresh.length === 0) return;
    await this.#states.updateOne(
      { _id: new ObjectId(id), workspaceId: new ObjectId(workspaceId) },
      { $set: { driftNames: [...known, ...fresh] } },
    );
  }
}

const toWritten = ({ epoch, seq }: LogPosition) => ({ epoch, seq: Long.fromNumber(seq) });

const unread = { fence: 0, wakes: 0, failures: 0, counts: { ...noCounts }, driftNames: [] };

const toState = (document: SourceStateDocument): SourceState => ({
  sourceId: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  fence: Number(document.fence),
  checkpoint: document.checkpoint,
  writtenThrough: document.writtenThrough && {
    epoch: document.writtenThrough.epoch,
    seq: Number(document.writtenThrough.seq),
  },
  coveredUntil: document.coveredUntil,
  backfill: document.backfill,
  lastAttemptAt: document.lastAttemptAt,
  lastSuccessAt: document.lastSuccessAt,
  lastEntryAt: document.lastEntryAt,
  fault: document.fault,
  failures: document.failures,
  nextAttemptAt: document.nextAttemptAt,
  counts: Object.fromEntries(
    Object.entries(document.counts).map(([name, count]) => [name, Number(count)]),
  ) as unknown as SourceCounts,
  driftNames: document.driftNames,
});
