import { type Collection, type Document, type IndexDescription, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Interest } from '../model/important-change.js';
import type { Store } from './connect.js';
import { type FoldDocument, FoldDocuments, type FoldScope, foldKey, scopeFields } from './fold-documents.js';
import { read } from './read.js';

interface InterestDocument extends FoldDocument {
  item: ObjectId;
  actorKey: string;
  createdSeq?: Long | number;
  changedSeq?: Long | number;
}

/** Somebody's interest in one item. */
export interface ItemInterest extends Interest {
  readonly item: Id;
  readonly seq: number;
}

export const itemInterestCollection = 'item_interest';

export const itemInterestIndexes: IndexDescription[] = [
  { name: 'item_interest_item', key: { workspaceId: 1, generation: 1, item: 1 } },
];

export const itemInterestSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['workspaceId', 'generation', 'seq', 'item', 'actorKey'],
    properties: {
      workspaceId: { bsonType: 'objectId' },
      generation: { bsonType: 'int' },
      seq: { bsonType: 'long' },
      item: { bsonType: 'objectId' },
      actorKey: { bsonType: 'string' },
    },
  },
};

const long = (value: number): Long => Long.fromNumber(value);

/** Who made an item and who changed it in an important way, by what the sources call them. */
export class ItemInterests {
  readonly #collection: Collection<InterestDocument>;
  readonly #documents: FoldDocuments<InterestDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<InterestDocument>(itemInterestCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  write(scope: FoldScope, interests: readonly ItemInterest[]): Promise<void> {
    return this.#documents.write(
      scope,
      interests.map(({ item, actorKey, createdSeq, changedSeq, seq }) => ({
        _id: foldKey(scope, `${item}:${actorKey}`),
        ...scopeFields(scope),
        seq: long(seq),
        item: new ObjectId(item),
        actorKey,
        ...(createdSeq !== undefined && { createdSeq: long(createdSeq) }),
        ...(changedSeq !== undefined && { changedSeq: long(changedSeq) }),
      })),
    );
  }

  async ofItems(scope: FoldScope, items: readonly Id[]): Promise<ItemInterest[]> {
    if (items.length === 0) return [];
    const found = await read(() =>
      this.#collection.find({ ...scopeFields(scope), item: { $in: items.map((id) => new ObjectId(id)) } }).toArray(),
    );
    return found.map(({ item, actorKey, createdSeq, changedSeq, seq }) => ({
      item: item.toHexString(),
      actorKey,
      ...(createdSeq !== undefined && { createdSeq: Number(createdSeq) }),
      ...(changedSeq !== undefined && { changedSeq: Number(changedSeq) }),
      seq: Number(seq),
    }));
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }
}
