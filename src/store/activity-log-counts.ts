import { type Document, Long, type ObjectId } from 'mongodb';
import { type CountCell, type CountedTogether, countedKey, type DayCounts } from '../model/activity-log-counts.js';
import type { ResolvedFilter } from '../model/activity-log-filter.js';
import { filterConditions } from './activity-log-query.js';
import type { Store } from './connect.js';
import { type FoldDocument, FoldDocuments, type FoldScope, foldKey, longOf, scopeFields } from './fold-documents.js';
import { defaultMaxTimeMs, read } from './read.js';

export const activityLogCountsCollection = 'activity_log_counts';

export const activityLogCountsValidator: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'generation', 'seq'],
    properties: {
      _id: { bsonType: 'string' },
      workspaceId: { bsonType: 'objectId' },
      generation: { bsonType: 'int' },
      seq: { bsonType: 'long', minimum: 0 },
      cells: { bsonType: 'array', maxItems: 96 },
    },
  },
};

interface CountsDocument extends FoldDocument {
  workspaceId: ObjectId;
  of?: CountedTogether;
  cells?: CountCell[];
  /** Only where the document says how a generation began: the first number of the log that it counts. */
  firstSeq?: Long;
}

const startKey = '!start';

/** How many entries there were of what kind in each quarter of an hour: one document for a kind and a day. */
export class ActivityLogCounts {
  readonly #counts;
  readonly #documents;

  constructor(store: Store) {
    this.#counts = store.collection<CountsDocument>(activityLogCountsCollection);
    this.#documents = new FoldDocuments<CountsDocument>(this.#counts);
  }

  /** Notes from which number on a generation counts, unless that is known. */
  begin(scope: FoldScope, firstSeq: number): Promise<void> {
    const begun = { ...scopeFields(scope), seq: longOf(0), firstSeq: longOf(firstSeq) };
    return this.#documents.write(scope, [{ _id: foldKey(scope, startKey), ...begun }]);
  }

  /** From which number on a generation counts. */
  async firstSeq(scope: FoldScope): Promise<number | undefined> {
    const [start] = await this.#documents.byKeys(scope, [startKey]);
    return start?.firstSeq === undefined ? undefined : Number(start.firstSeq);
  }

  async byKeys(scope: FoldScope, keys: readonly string[]): Promise<Map<string, DayCounts>> {
    const found = await this.#documents.byKeys(scope, keys);
    return new Map(found.map(toCounts).map((counts) => [countedKey(counts.of), counts]));
  }

  /** Writes each, unless as much or more is there. */
  write(scope: FoldScope, counts: readonly DayCounts[]): Promise<void> {
    return this.#documents.write(
      scope,
      counts.map(({ of, seq, cells }) => ({
        _id: foldKey(scope, countedKey(of)),
        ...scopeFields(scope),
        seq: longOf(seq),
        of,
        cells: [...cells.values()],
      })),
    );
  }

  /** Those of some days, both ends included, as 2026-03-29. */
  async ofDays(
    scope: FoldScope,
    [from, through]: readonly [string, string],
    filter: CountsFilter,
  ): Promise<DayCounts[]> {
    const conditions = filterConditions(filter).map((condition) =>
      Object.fromEntries(Object.entries(condition).map(([field, wanted]) => [`of.${field}`, wanted])),
    );
    const found = await read(() =>
      this.#counts
        .find(
          {
            _id: { $gte: foldKey(scope, from), $lt: foldKey(scope, `${through}0`) },
            ...scopeFields(scope),
            $and: [{}, ...conditions],
          },
          { maxTimeMS: defaultMaxTimeMs, batchSize: 1000 },
        )
        .toArray(),
    );
    return found.map(toCounts);
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }
}

/** What a filter may ask for that these documents can tell. */
export type CountsFilter = Pick<ResolvedFilter, 'sources' | 'actions' | 'omitActions' | 'actionClasses'>;

const toCounts = ({ of, seq, cells }: CountsDocument): DayCounts => ({
  of: of!,
  seq: Number(seq),
  cells: new Map(cells!.map((cell) => [cell.quarter, cell])),
});
