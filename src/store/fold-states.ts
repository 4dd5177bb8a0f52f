import { type Document, type IndexDescription, Long, ObjectId, type UpdateFilter } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import { upsert } from './upsert.js';

/** The documents that one making of a fold left, and up to where they reflect the log. */
export interface Generation {
  /** Every document that it wrote carries it. */
  readonly generation: number;
  /** Of the fold that makes it. */
  readonly version: number;
  /** Of the log that it reflects. */
  readonly epoch: number;
  /** The number of the log that its documents reflect. */
  readonly seq: number;
  /** What it takes over before anything is folded into it. */
  readonly inherited?: Inherited;
  /** Where it was when it took its place: what was gone from the log by then has left no trace in its documents. Absent: 0. */
  readonly builtThrough?: number;
}

/** What entries below a number, which retention erased, said in another generation. */
export interface Inherited {
  readonly generation: number;
  readonly firstSeq: number;
}

/** Where one fold of one workspace stands. */
export interface FoldState {
  /** What is read. */
  readonly serving?: Generation;
  /** What takes its place once it has caught up. */
  readonly building?: Generation;
  /** What nobody reads any more, and may still be erased. */
  readonly retired: readonly number[];
  /** Somebody asked for it to be made anew. */
  readonly rebuild: boolean;
}

interface GenerationDocument {
  generation: number;
  version: number;
  epoch: number;
  seq: Long | number;
  inherited?: { generation: number; firstSeq: Long | number } | null;
  builtThrough?: Long | number;
}

export interface FoldStateDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  name: string;
  /** The highest generation that was begun. */
  last: number;
  serving?: GenerationDocument;
  building?: GenerationDocument;
  retired: number[];
  rebuild: boolean;
  /** How many have made it so far, one after the other. */
  holders?: number;
}

export const foldCollection = 'folds';

export const foldIndexes: IndexDescription[] = [{ name: 'folds_name', key: { workspaceId: 1, name: 1 }, unique: true }];

export const foldSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'name', 'last', 'retired', 'rebuild'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      name: { bsonType: 'string' },
      last: { bsonType: 'int', minimum: 0 },
      retired: { bsonType: 'array' },
      rebuild: { bsonType: 'bool' },
    },
  },
};

export type FoldSlot = 'serving' | 'building';

/** The checkpoints of all folds. Each change states what it is based on, so that whoever comes late changes nothing. */
export class FoldStates {
  readonly #folds;

  constructor(store: Store) {
    this.#folds = store.collection<FoldStateDocument>(foldCollection);
  }

  /** Makes the state where there is none. */
  async ensure(workspaceId: Id, name: string): Promise<FoldState> {
    const known = await this.read(workspaceId, name);
    if (known) return known;
    const document = await upsert(() =>
      this.#folds.findOneAndUpdate(
        { workspaceId: new ObjectId(workspaceId), name },
        { $setOnInsert: { last: 0, retired: [], rebuild: false } },
        { upsert: true, returnDocument: 'after' },
      ),
    );
    return toFoldState(document!);
  }

  async read(workspaceId: Id, name: string): Promise<FoldState | undefined> {
    const document = await this.#folds.findOne({ workspaceId: new ObjectId(workspaceId), name });
    return document ? toFoldState(document) : undefined;
  }

  /** Whoever makes it from now on is the n-th to do so. */
  async hold(workspaceId: Id, name: string): Promise<number> {
    const document = await this.#folds.findOneAndUpdate(
      { workspaceId: new ObjectId(workspaceId), name },
      { $inc: { holders: 1 } },
      { returnDocument: 'after', projection: { holders: 1 } },
    );
    return document?.holders ?? 0;
  }

  /** Begins a generation from nothing, in the place of one that was being built. */
  async begin(
    workspaceId: Id,
    name: string,
    { version, epoch, inherited }: Pick<Generation, 'version' | 'epoch' | 'inherited'>,
  ): Promise<void> {
    const generation = { $add: ['$last', 1] };
    const taken = inherited && { ...inherited, firstSeq: Long.fromNumber(inherited.firstSeq) };
    const building = { $ifNull: ['$building.generation', null] };
    await this.#folds.updateOne({ workspaceId: new ObjectId(workspaceId), name }, [
      {
        $set: {
          last: generation,
          building: { generation, version, epoch, seq: Long.ZERO, inherited: taken ?? null },
          retired: { $cond: [{ $eq: [building, null] }, '$retired', { $concatArrays: ['$retired', [building]] }] },
          rebuild: false,
        },
      },
    ]);
  }

  /** Moves a checkpoint; false where somebody else has moved it, or the generation is there no more. */
  async advance(workspaceId: Id, name: string, slot: FoldSlot, from: Generation, seq: number): Promise<boolean> {
    const { matchedCount } = await this.#folds.updateOne(
      {
        workspaceId: new ObjectId(workspaceId),
        name,
        [`${slot}.generation`]: from.generation,
        [`${slot}.seq`]: Long.fromNumber(from.seq),
      },
      { $set: { [`${slot}.seq`]: Long.fromNumber(seq) } } as UpdateFilter<FoldStateDocument>,
    );
    return matchedCount === 1;
  }

  /** From now on what was being built is what is read. */
  async promote(workspaceId: Id, name: string, built: Generation): Promise<boolean> {
    const served = { $ifNull: ['$serving.generation', null] };
    const { matchedCount } = await this.#folds.updateOne(
      { workspaceId: new ObjectId(workspaceId), name, 'building.generation': built.generation },
      [
        {
          $set: {
            retired: { $cond: [{ $eq: [served, null] }, '$retired', { $concatArrays: ['$retired', [served]] }] },
            serving: { $mergeObjects: ['$building', { builtThrough: '$building.seq' }] },
          },
        },
        { $unset: ['building', 'serving.inherited'] },
      ],
    );
    return matchedCount === 1;
  }

  /** Nothing is left of a generation. */
  async erased(workspaceId: Id, name: string, generation: number): Promise<void> {
    await this.#folds.updateOne({ workspaceId: new ObjectId(workspaceId), name }, { $pull: { retired: generation } });
  }

  /** Has it made anew from the log, while what there is goes on being read. */
  async requestRebuild(workspaceId: Id, name: string): Promise<void> {
    await this.#folds.updateOne({ workspaceId: new ObjectId(workspaceId), name }, { $set: { rebuild: true } });
  }
}

export const toFoldState = ({ serving, building, retired, rebuild }: FoldStateDocument): FoldState => ({
  serving: serving && toGeneration(serving),
  building: building && toGeneration(building),
  retired,
  rebuild,
});

const toGeneration = ({
  generation,
  version,
  epoch,
  seq,
  inherited,
  builtThrough,
}: GenerationDocument): Generation => ({
  generation,
  version,
  epoch,
  seq: Number(seq),
  ...(inherited && { inherited: { ...inherited, firstSeq: Number(inherited.firstSeq) } }),
  ...(builtThrough !== undefined && { builtThrough: Number(builtThrough) }),
});
