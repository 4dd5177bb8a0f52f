import type DataLoader from 'dataloader';
import type { Id } from '../base/ids.js';
import type { Activity } from '../model/activity.js';
import type { ActivityLog } from '../model/activity-log.js';
import { type ActivityRef, activityRef, type IdentityKey } from '../model/identity.js';
import type { Pathway } from '../model/pathway.js';
import type { UpstreamStatus } from '../model/source.js';
import type { User } from '../model/user.js';
import type { Viewer } from '../model/viewer.js';
import type { EnrolmentsOfPathways } from '../services/enrolments/of-pathways.js';
import type { PathwayProgressView, PathwayStatisticsView } from '../services/pathway-progress/views.js';
import type { PathwaysOfUsers } from '../services/pathways/of-users.js';
import type { WrittenEntry } from '../services/upstream.js';
import type { StandingKey } from '../store/standing-document.js';
import { batching } from './batch.js';
import { noCredential } from './no-credential.js';
import type { Services } from './services.js';

/** Whatever of a viewer a look-up may depend on. */
export type Reader = Pick<Viewer, 'workspaceId' | 'scopes' | 'userId'>;

/** Look-ups that gather the keys of one answer into one call of a service each. */
export interface Loaders {
  readonly activityLogById: DataLoader<Id, ActivityLog | undefined>;
  readonly userByIdentity: DataLoader<IdentityKey, User | undefined>;
  readonly activityByRef: DataLoader<ActivityRef, Activity | undefined>;
  readonly activityById: DataLoader<Id, Activity | undefined>;
  readonly upstreamOf: DataLoader<WrittenEntry, UpstreamStatus | undefined, Id>;
  readonly pathwayById: DataLoader<Id, Pathway | undefined>;
  readonly statisticsOf: DataLoader<Id, PathwayStatisticsView | undefined>;
  readonly progressOf: DataLoader<StandingKey, PathwayProgressView | undefined, string>;
  readonly progressOfUser: DataLoader<Pick<User, 'id'>, PathwayProgressView[], Id>;
  /** A page for each pathway that is asked for. */
  readonly enrolmentsOf: EnrolmentsOfPathways;
  /** A page for each user who is asked for. */
  readonly pathwaysOf: PathwaysOfUsers;
}

/**
 * Fresh ones for each request: what one caller may see must not be remembered for another.
 * @throws CodedError UNAUTHENTICATED when one is used in nobody's name.
 */
export function createLoaders(
  services: Pick<
    Services,
    'activityLogs' | 'users' | 'activities' | 'upstream' | 'pathways' | 'enrolments' | 'pathwayProgress'
  >,
  viewer: Reader | undefined,
): Loaders {
  const somebody = (): Reader => {
    if (!viewer) throw noCredential();
    return viewer;
  };
  const enrolmentsOf = once(() => services.enrolments.ofPathways(somebody()));
  const pathwaysOf = once(() => services.pathways.ofUsers(somebody()));
  return {
    activityLogById: batching('activityLogById', async (ids) => services.activityLogs.byId(somebody(), ids)),
    userByIdentity: batching('userByIdentity', async (keys) => services.users.byIdentity(somebody(), keys)),
    activityByRef: batching('activityByRef', async (refs) => services.activities.byRef(somebody(), refs)),
    activityById: batching('activityById', async (ids) => services.activities.byRef(somebody(), ids.map(activityRef))),
    upstreamOf: batching('upstreamOf', async (entries) => services.upstream.statusOf(somebody().workspaceId, entries), {
      cacheKeyFn: ({ id }) => id,
    }),
    pathwayById: batching('pathwayById', async (ids) => services.pathways.byId(somebody(), ids)),
    statisticsOf: batching('statisticsOf', async (ids) => services.pathwayProgress.statistics(somebody(), ids)),
    progressOf: batching('progressOf', async (keys) => services.pathwayProgress.of(somebody(), keys), {
      cacheKeyFn: ({ pathwayId, userId }) => `${pathwayId}/${userId}`,
    }),
    progressOfUser: batching('progressOfUser', async (users) => services.pathwayProgress.ofUsers(somebody(), users), {
      cacheKeyFn: ({ id }) => id,
    }),
    enrolmentsOf: async (list) => enrolmentsOf()(list),
    pathwaysOf: async (user, page) => pathwaysOf()(user, page),
  };
}

/** Made when it is first used: most operations never do. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
