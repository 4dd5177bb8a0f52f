import { type Document, Long, type ObjectId } from 'mongodb';
import { type CountCell, type Counted, type Counts, countedKey, type DayCounts } from '../model/activity-log-counts.js';
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
  of?: Counted;
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

  async byKeys(scope: FoldScope, keys: readonly string[]): Promise<Map<string, Counts>> {
    const found = await this.#documents.byKeys(scope, keys);
    return new Map(found.map(toCounts).map((counts) => [countedKey(counts.of), counts]));
  }

  /** Writes each, unless as much or more is there. */
  write(scope: FoldScope, counts: readonly Counts[]): Promise<void> {
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
    const found = await read(() =>
      this.#counts
        .find(
          {
            _id: { $gte: foldKey(scope, from), $lt: foldKey(scope, `${through}0`) },
            ...scopeFields(scope),
            $and: [{}, ...kindConditions(filter)],
          },
          { maxTimeMS: defaultMaxTimeMs, batchSize: 1000 },
        )
        .toArray(),
    );
    // Days are what such keys are of.
    return found.map((document) => toCounts(document) as DayCounts);
  }

  /**
   * How many entries documents between two keys hold, the second left out, or only some parts of these documents; and which
   * of them reflect more than a number of the log, each with the number that it reflects.
   */
  async sum(scope: FoldScope, { keys: [from, before], parts }: CountsPart, filter: CountsFilter, seq: number) {
    const cells = parts ? { $filter: { input: '$cells', cond: { $and: inParts('$$this.quarter', parts) } } } : '$cells';
    const rows = await read(() =>
      this.#counts
        .aggregate<{ _id: string | null; seq: Long; count: number }>(
          [
            {
              $match: {
                _id: { $gte: foldKey(scope, from), $lt: foldKey(scope, before) },
                ...scopeFields(scope),
                $and: [{}, ...kindConditions(filter)],
              },
            },
            { $set: { cells } },
            {
              $group: {
                _id: { $cond: [{ $gt: ['$seq', longOf(seq)] }, '$_id', null] },
                seq: { $max: '$seq' },
                count: { $sum: { $sum: '$cells.count' } },
              },
            },
          ],
          { maxTimeMS: defaultMaxTimeMs },
        )
        .toArray(),
    );
    const prefix = foldKey(scope, '').length;
    const ahead = rows.flatMap((row) => (row._id === null ? [] : [[row._id.slice(prefix), Number(row.seq)] as const]));
    return { count: rows.reduce((sum, { count }) => sum + count, 0), ahead: new Map(ahead) };
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }
}

/** What a filter may ask for that these documents can tell. */
export type CountsFilter = Pick<ResolvedFilter, 'sources' | 'actions' | 'omitActions' | 'actionClasses'>;

/** Which documents are summed, by their keys, and which of their parts: from the first number to below the second. */
export interface CountsPart {
  readonly keys: readonly [string, string];
  readonly parts?: readonly [number, number];
}

const inParts = (part: string, [from, before]: readonly [number, number]): Document[] => [
  { $gte: [part, from] },
  { $lt: [part, before] },
];

const kindConditions = ({ sources, actions, omitActions, actionClasses }: CountsFilter): Document[] =>
  filterConditions({ sources, actions, omitActions, actionClasses }).map((condition) =>
    Object.fromEntries(Object.entries(condition).map(([field, wanted]) => [`of.${field}`, wanted])),
  );

const toCounts = ({ of, seq, cells }: CountsDocument): Counts => ({
  of: of!,
  seq: Number(seq),
  cells: new Map(cells!.map((cell) => [cell.quarter, cell])),
});
