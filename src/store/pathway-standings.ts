import { type Collection, type Document, type IndexDescription, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { ProgressState } from '../model/progress.js';
import type { PlacedStanding, Standing } from '../model/standing.js';
import type { Store } from './connect.js';
import { FoldDocuments, type FoldScope, foldKey, keysBeginning, scopeFields } from './fold-documents.js';
import { type Order, type Slice, type Span, spanConditions } from './keyset.js';
import { defaultMaxTimeMs, read } from './read.js';
import {
  type StandingDocument,
  type StandingKey,
  standingKey,
  toActivity,
  toPlaced,
  toStanding,
  toStandingDocument,
} from './standing-document.js';

export const pathwayStandingsCollection = 'pathway_progress';

export const pathwayStandingsIndexes: IndexDescription[] = [
  { name: 'standings_place', key: { workspaceId: 1, generation: 1, pathwayId: 1, place: 1 } },
  { name: 'standings_user', key: { workspaceId: 1, generation: 1, userId: 1, pathwayId: 1 } },
];

/** Which standings on pathways. Fields AND together; an empty list matches nothing. */
export interface StandingSelection {
  readonly pathwayId: Id;
  readonly states?: readonly ProgressState[];
  /** The states meant are those of this activity rather than of the whole. */
  readonly activityId?: Id;
  readonly groups?: readonly string[];
  readonly userIds?: readonly Id[];
  /** Narrowing by permission (`:own`), ANDed to what the caller asked for. */
  readonly onlyUserIds?: readonly Id[];
}

/** What counts of a standing. */
export interface CountedStanding extends StandingKey {
  readonly state: ProgressState;
  readonly completed: readonly Id[];
}

/** How far somebody is with one activity of a pathway. */
export interface StandingWith {
  readonly userId: Id;
  readonly groups: readonly string[];
  readonly activity: Omit<Standing['activities'][number], 'facts'>;
}

const standingsAtOnce = 500;

/** Named: only it is bounded by the pathway, and the server's trial of a few is a draw. */
const listIndex = '_id_';

/** How far each person is on each pathway, as a fold of the log makes it. */
export class PathwayStandings {
  readonly #collection: Collection<StandingDocument>;
  readonly #documents: FoldDocuments<StandingDocument>;

  constructor(store: Store) {
    this.#collection = store.collection<StandingDocument>(pathwayStandingsCollection);
    this.#documents = new FoldDocuments(this.#collection);
  }

  /** Those that are there, also of who has left, in no particular order. */
  async byKeys(scope: FoldScope, keys: readonly StandingKey[]): Promise<PlacedStanding[]> {
    return (await this.#documents.byKeys(scope, keys.map(standingKey))).map(toPlaced);
  }

  write(scope: FoldScope, standings: readonly PlacedStanding[]): Promise<void> {
    return this.#documents.write(
      scope,
      standings.map((one) => toStandingDocument(scope, one)),
    );
  }

  erase(scope: FoldScope): Promise<boolean> {
    return this.#documents.erase(scope);
  }

  /** What counts of every standing there is; a batch at a time is in memory. */
  async *counted(scope: FoldScope): AsyncGenerator<CountedStanding> {
    const where = { _id: keysBeginning(foldKey(scope, '')), ...scopeFields(scope), left: { $exists: false } };
    const projection = { pathwayId: 1, userId: 1, state: 1, 'activities.activityId': 1, 'activities.state': 1 };
    for await (const one of this.#collection.find(where, { projection, batchSize: 1000 })) {
      yield {
        pathwayId: one.pathwayId.toHexString(),
        userId: one.userId.toHexString(),
        state: one.state!,
        completed: one.activities!.flatMap(({ activityId, state }) =>
          state === 'COMPLETED' ? [activityId.toHexString()] : [],
        ),
      };
    }
  }

  /** A slice of who is on a pathway, in the order of their ids. */
  async find(scope: FoldScope, selection: StandingSelection, slice: Slice): Promise<Standing[]> {
    if (slice.limit === 0) return [];
    const documents = await read(() =>
      this.#collection
        .find(listed(scope, selection, slice), {
          sort: { _id: slice.backward ? -1 : 1 },
          hint: listIndex,
          limit: slice.limit,
          batchSize: slice.limit,
          maxTimeMS: defaultMaxTimeMs,
        })
        .toArray(),
    );
    if (slice.backward) documents.reverse();
    return documents.map((document) => toStanding(document));
  }

  async exists(scope: FoldScope, selection: StandingSelection, span: Span): Promise<boolean> {
    const options = { projection: { _id: 1 }, maxTimeMS: defaultMaxTimeMs, hint: listIndex };
    return (await read(() => this.#collection.findOne(listed(scope, selection, span), options))) !== null;
  }

  count(scope: FoldScope, selection: StandingSelection): Promise<number> {
    const options = { maxTimeMS: defaultMaxTimeMs, hint: listIndex };
    return read(() => this.#collection.countDocuments(listed(scope, selection, {}), options));
  }

  /** Of some users, on every pathway that they are on, in no particular order. */
  async ofUsers(scope: FoldScope, userIds: readonly Id[]): Promise<Standing[]> {
    const where = { ...scopeFields(scope), userId: { $in: userIds.map((id) => new ObjectId(id)) }, ...isThere };
    const found = await read(() => this.#collection.find(where, { maxTimeMS: defaultMaxTimeMs }).toArray());
    return found.map((document) => toStanding(document));
  }

  /** Those that changed after a place, up to another, in the order of their places. */
  async changedAfter(
    scope: FoldScope,
    { pathwayId, onlyUserIds }: Pick<StandingSelection, 'pathwayId' | 'onlyUserIds'>,
    { after, through }: { readonly after: number; readonly through: number },
    limit: number,
  ): Promise<PlacedStanding[]> {
    const found = await read(() =>
      this.#collection
        .find(
          {
            ...scopeFields(scope),
            pathwayId: new ObjectId(pathwayId),
            place: { $gt: after, $lte: through },
            ...(onlyUserIds && { userId: { $in: onlyUserIds.map((id) => new ObjectId(id)) } }),
          },
          { sort: { place: 1 }, limit, batchSize: limit, maxTimeMS: defaultMaxTimeMs },
        )
        .toArray(),
    );
    return found.map(toPlaced);
  }

  /** The place of the last change of anybody on a pathway, up to a place; 0 where there is none. */
  async lastPlace(scope: FoldScope, pathwayId: Id, through: number): Promise<number> {
    const last = await read(() =>
      this.#collection.findOne(
        { ...scopeFields(scope), pathwayId: new ObjectId(pathwayId), place: { $lte: through } },
        { sort: { place: -1 }, projection: { _id: 0, place: 1 }, maxTimeMS: defaultMaxTimeMs },
      ),
    );
    return last ? Number(last.place) : 0;
  }

  /**
   * How far everybody on a pathway is with one of its activities, in the order of their ids: some hundred at a time, so
   * that whoever passes them on holds no more than that.
   */
  async *withActivity(
    scope: FoldScope,
    selection: StandingSelection,
    activityId: Id,
  ): AsyncGenerator<readonly StandingWith[]> {
    const id = new ObjectId(activityId);
    const projection = {
      userId: 1,
      groups: 1,
      activities: { $elemMatch: { activityId: id } },
    };
    for (let after: string | undefined; ; ) {
      const span: Span = after === undefined ? {} : { after: { key: [after] } };
      const found = await read(() =>
        this.#collection
          .find(listed(scope, selection, span), {
            projection,
            sort: { _id: 1 },
            hint: listIndex,
            limit: standingsAtOnce,
            batchSize: standingsAtOnce,
            maxTimeMS: defaultMaxTimeMs,
          })
          .toArray(),
      );
      const some = found.flatMap(({ userId, groups, activities }) => {
        const [activity] = activities ?? [];
        if (!activity) return [];
        const { facts: _facts, ...shown } = toActivity(activity);
        return [{ userId: userId.toHexString(), groups: groups!, activity: shown }];
      });
      if (some.length > 0) yield some;
      if (found.length < standingsAtOnce) return;
      after = found.at(-1)!.userId.toHexString();
    }
  }
}

const isThere = { left: { $exists: false as const } };

const listed = (scope: FoldScope, selection: StandingSelection, span: Span): Document => {
  const prefix = foldKey(scope, `${selection.pathwayId}/`);
  const oneOf = (userIds: readonly Id[]): Document => ({ _id: { $in: userIds.map((id) => `${prefix}${id}`) } });
  const order: Order = { fields: ['_id'], direction: 1, typed: ([userId]) => [`${prefix}${userId}`] };
  return {
    $and: [
      { _id: keysBeginning(prefix), ...scopeFields(scope), ...isThere },
      ...spanConditions(order, span),
      ...(selection.userIds ? [oneOf(selection.userIds)] : []),
      ...(selection.onlyUserIds ? [oneOf(selection.onlyUserIds)] : []),
      ...stateConditions(selection),
      ...(selection.groups ? [{ groups: { $in: [...selection.groups] } }] : []),
    ],
  };
};

const stateConditions = ({ states, activityId }: StandingSelection): Document[] => {
  const state = states && { state: { $in: [...states] } };
  if (activityId === undefined) return state ? [state] : [];
  return [{ activities: { $elemMatch: { activityId: new ObjectId(activityId), ...state } } }];
};
