import type { Collection, Document } from 'mongodb';
import type { ProgressFacts } from '../model/progress.js';
import type { Store } from './connect.js';
import {
  type FoldDocument,
  FoldDocuments,
  type FoldScope,
  foldKey,
  foldProperties,
  keysBeginning,
  longOf,
  scopeFields,
} from './fold-documents.js';
import { type FactsDocument, factsSchema, type ProgressKey, toFacts, toFactsDocument } from './progress-facts.js';
import { read } from './read.js';

interface CellDocument extends FoldDocument {
  facts: FactsDocument;
}

export const progressCellsCollection = 'progress_cells';

export const progressCellsValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'generation', 'seq', 'facts'],
    properties: {
      ...foldProperties,
      facts: factsSchema,
    },
    additionalProperties: false,
  },
};

/** What is known of one key of progress, whether or not anybody is on a pathway for it yet. */
export interface ProgressCell {
  readonly key: ProgressKey;
  readonly seq: number;
  readonly facts: ProgressFacts;
}

const actorsAtOnce = 100;

/** By whom, what and on which pathway, in one text; those of one actor begin alike. */
export const cellKey = ({ actorKey, activityRef, pathwayId }: ProgressKey): string =>
  JSON.stringify([actorKey, activityRef, pathwayId ?? null]);

const keyIn = (id: string): ProgressKey => {
  const text = id.slice(id.indexOf('/', id.indexOf('/') + 1) + 1);
  const [actorKey, activityRef, pathwayId] = JSON.parse(text) as [string, string, string | null];
  return { actorKey, activityRef, ...(pathwayId !== null && { pathwayId }) };
};

/** Facts of progress, joined for each key: all that a fold has to know of any number of entries. */
export class ProgressCells {
  readonly #collection: Collection<CellDocument>;
  readonly #documents: FoldDocuments<CellDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<CellDocument>(progressCellsCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  async byKeys(scope: FoldScope, keys: readonly ProgressKey[]): Promise<ProgressCell[]> {
    return (await this.#documents.byKeys(scope, keys.map(cellKey))).map(toCell);
  }

  /** All of some actors, one after the other. */
  async *ofActors(scope: FoldScope, actorKeys: readonly string[]): AsyncGenerator<ProgressCell> {
    for (let from = 0; from < actorKeys.length; from += actorsAtOnce) {
      const ranges = actorKeys.slice(from, from + actorsAtOnce).map((actorKey) => {
        const prefix = foldKey(scope, `[${JSON.stringify(actorKey)},`);
        // What follows is a text in quotation marks.
        return { _id: { $gte: `${prefix}"`, $lt: `${prefix}#` }, ...scopeFields(scope) };
      });
      const found = await read(() => this.#collection.find({ $or: ranges }, { batchSize: 1000 }).toArray());
      for (const document of found) yield toCell(document);
    }
  }

  /** Every one that there is; a batch at a time is in memory. */
  async *all(scope: FoldScope): AsyncGenerator<ProgressCell> {
    const where = { _id: keysBeginning(foldKey(scope, '')), ...scopeFields(scope) };
    for await (const document of this.#collection.find(where, { batchSize: 1000 })) yield toCell(document);
  }

  write(scope: FoldScope, cells: readonly ProgressCell[]): Promise<void> {
    return this.#documents.write(
      scope,
      cells.map(({ key, seq, facts }) => ({
        _id: foldKey(scope, cellKey(key)),
        ...scopeFields(scope),
        seq: longOf(seq),
        facts: toFactsDocument(facts),
      })),
    );
  }

  /** Erases those that nothing changed for this record or a later one. */
  remove(scope: FoldScope, keys: readonly ProgressKey[], seq: number): Promise<void> {
    return this.#documents.remove(scope, keys.map(cellKey), seq);
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }
}

const toCell = ({ _id, seq, facts }: CellDocument): ProgressCell => ({
  key: keyIn(_id),
  seq: Number(seq),
  facts: toFacts(facts),
});
