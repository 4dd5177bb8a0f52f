import {
  canReadLogs,
  canReadPathways,
  canReadUsers,
  readsOwnOnly,
  readsOwnPathwaysOnly,
  requireScope,
} from '../auth/policies.js';
import { badInput, notFound } from '../base/errors.js';
import { type Id, isId } from '../base/ids.js';
import { slicesOf } from '../base/slices.js';
import type { FoldReader, LogReader } from '../log/place.js';
import type { Activity } from '../model/activity.js';
import type { ActivityLog } from '../model/activity-log.js';
import { activityRef, userIdsAmong } from '../model/identity.js';
import type { Pathway, PathwayActivity } from '../model/pathway.js';
import type { ActivityProgress } from '../model/progress.js';
import { progressFold } from '../model/standing.js';
import type { User } from '../model/user.js';
import type { Viewer } from '../model/viewer.js';
import type { Activities } from '../store/activities.js';
import type { ActivityLogPages } from '../store/activity-log-pages.js';
import type { Enrolments } from '../store/enrolments.js';
import type { PathwayStandings, StandingSelection, StandingWith } from '../store/pathway-standings.js';
import type { Pathways } from '../store/pathways.js';
import type { Users } from '../store/users.js';
import { ownIdentities } from './activity-logs/own.js';
import { onlyPathwayIds } from './pathways/own.js';

export interface PathwayReadingParts {
  readonly pathways: Pick<Pathways, 'byIds' | 'byKeys' | 'byNames'>;
  readonly enrolments: Pick<Enrolments, 'pathwaysOf'>;
  readonly activities: Pick<Activities, 'byRefs'>;
  readonly users: Pick<Users, 'byIds'>;
  readonly pages: Pick<ActivityLogPages, 'findMany'>;
  readonly reader: LogReader;
  readonly folds: Pick<FoldReader, 'settle'>;
  readonly standings: Pick<PathwayStandings, 'withActivity'>;
}

/** One activity of a pathway. */
export interface PlacedActivity {
  readonly place: PathwayActivity;
  /** Absent of one that was removed since. */
  readonly definition?: Activity;
}

/** Whose standings; both must hold. */
export interface WhoseStandings {
  /** Who is in any of these. */
  readonly groups?: readonly string[];
  isMeant?(user: User): boolean;
}

/** How far somebody is with one activity, and the entry that says so. */
export interface PathwayStanding {
  readonly user: User;
  readonly groups: readonly string[];
  readonly progress: ActivityProgress;
  readonly entry?: ActivityLog;
}

/** How far everybody is with one activity. */
export interface ActivityStandings {
  readonly total: number;
  readonly completed: number;
  /** Some hundred at a time, each with its entry. */
  readonly people: AsyncIterable<readonly PathwayStanding[]>;
}

export interface OpenedPathway {
  readonly pathway: Pathway;
  /** In order. */
  readonly activities: readonly PlacedActivity[];
  /** Read at one place for its numbers and its people. */
  standingsIn(activity: PlacedActivity, whose: WhoseStandings): Promise<ActivityStandings>;
}

const atOnce = 500;

/**
 * Pathways as outside systems' own APIs tell of them: how far everybody on one is with each of its activities, however many
 * they are.
 */
export class PathwayReadingService {
  constructor(private readonly parts: PathwayReadingParts) {}

  /**
   * The pathway that a key, an id or a name means.
   * @throws CodedError FORBIDDEN; NOT_FOUND; BAD_USER_INPUT for a name of several, listing their keys.
   */
  async open(viewer: Viewer, named: string): Promise<OpenedPathway> {
    requireScope(canReadPathways(viewer), 'pathway:read');
    requireScope(canReadLogs(viewer), 'activity_log:read');
    requireScope(canReadUsers(viewer) || viewer.userId !== undefined, 'user:read');
    const { workspaceId } = viewer;
    const [seen, own] = await Promise.all([onlyPathwayIds(this.parts, viewer), this.#onlyUserIds(viewer)]);
    const found = (await this.#named(workspaceId, named)).filter(({ id }) => !seen || seen.has(id));
    if (found.length > 1) {
      const keys = found.map(({ key }) => key).sort();
      throw badInput('pathway', `Several pathways have this name; give the ID of one: ${keys.join(', ')}`);
    }
    const [pathway] = found;
    if (!pathway) throw notFound('This pathway', 'pathway');
    const definitions = new Map(
      (
        await this.parts.activities.byRefs(
          workspaceId,
          pathway.activities.map(({ activityId }) => activityRef(activityId)),
        )
      ).map((activity) => [activity.id, activity]),
    );
    const users = new Map<Id, User>();
    return {
      pathway,
      activities: pathway.activities.map((place) => ({ place, definition: definitions.get(place.activityId) })),
      standingsIn: ({ place }, { groups, isMeant }) =>
        this.#standings(
          { workspaceId, activityId: place.activityId, users, isMeant },
          { pathwayId: pathway.id, groups, onlyUserIds: own },
        ),
    };
  }

  /** Who may see no more than their own of any of what is shown sees no more than their own of it. */
  async #onlyUserIds(viewer: Viewer): Promise<readonly Id[] | undefined> {
    const seesAll = canReadUsers(viewer) && !readsOwnOnly(viewer) && !readsOwnPathwaysOnly(viewer);
    return seesAll ? undefined : userIdsAmong(await ownIdentities(this.parts.users, viewer));
  }

  async #named(workspaceId: Id, named: string): Promise<Pathway[]> {
    const { pathways } = this.parts;
    const id = named.toLowerCase();
    const [byKey, byId] = await Promise.all([
      pathways.byKeys(workspaceId, [named]),
      isId(id) ? pathways.byIds(workspaceId, [id]) : [],
    ]);
    if (byKey.length > 0) return byKey;
    return byId.length > 0 ? byId : pathways.byNames(workspaceId, [named]);
  }

  async #standings(asked: Asked, selection: StandingSelection): Promise<ActivityStandings> {
    const { workspaceId, activityId, isMeant } = asked;
    const { folds, standings } = this.parts;
    const { generation } = await folds.settle(workspaceId, progressFold);
    const shown: StandingWith[] = [];
    for await (const some of standings.withActivity({ workspaceId, generation }, selection, activityId)) {
      if (!isMeant) {
        shown.push(...some);
        continue;
      }
      await this.#know(asked, some);
      shown.push(...some.filter(({ userId }) => isThere(asked.users.get(userId), isMeant)));
    }
    const completed = shown.filter(({ activity }) => activity.state === 'COMPLETED').length;
    return { total: shown.length, completed, people: this.#people(asked, shown) };
  }

  async *#people(asked: Asked, shown: readonly StandingWith[]): AsyncGenerator<readonly PathwayStanding[]> {
    const { workspaceId, users } = asked;
    const place = await this.parts.reader.settle(workspaceId);
    for (const some of slicesOf(shown, atOnce)) {
      const ids = some.flatMap(({ activity }) => activity.entryId ?? []);
      const [found] = await Promise.all([this.parts.pages.findMany(place, ids), this.#know(asked, some)]);
      const entries = new Map(found.map((entry) => [entry.id, entry]));
      yield some.flatMap(({ userId, groups, activity }) => {
        const user = users.get(userId);
        return user ? [{ user, groups, progress: activity, entry: entries.get(activity.entryId ?? '') }] : [];
      });
    }
  }

  /** Looks up who is not known yet: a pathway's activities are all of the same people. */
  async #know({ workspaceId, users }: Asked, standings: readonly StandingWith[]): Promise<void> {
    const unknown = standings.flatMap(({ userId }) => (users.has(userId) ? [] : userId));
    if (unknown.length === 0) return;
    for (const user of await this.parts.users.byIds(workspaceId, unknown)) users.set(user.id, user);
  }
}

interface Asked extends Pick<WhoseStandings, 'isMeant'> {
  readonly workspaceId: Id;
  readonly activityId: Id;
  /** Known so far. */
  readonly users: Map<Id, User>;
}

const isThere = (user: User | undefined, isMeant: (user: User) => boolean): boolean =>
  user !== undefined && isMeant(user);
