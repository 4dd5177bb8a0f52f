import type { Id } from '../base/ids.js';
import type { Workspace } from '../model/workspace.js';
import type { ActivityService } from '../services/activities.js';
import type { ActivityLogStatsService } from '../services/activity-log-stats.js';
import type { ActivityLogService } from '../services/activity-logs.js';
import type { CredentialService } from '../services/credentials.js';
import type { EnrolmentService } from '../services/enrolments.js';
import type { FollowService } from '../services/follows.js';
import type { NotificationService } from '../services/notifications.js';
import type { PathwayProgressService } from '../services/pathway-progress.js';
import type { PathwayService } from '../services/pathways.js';
import type { SourceService } from '../services/sources.js';
import type { UpstreamService } from '../services/upstream.js';
import type { UserErasureService } from '../services/user-erasure.js';
import type { UserService } from '../services/users.js';

/** Whatever resolvers may call. */
export interface Services {
  readonly activityLogs: ActivityLogService;
  readonly activityLogStats: ActivityLogStatsService;
  readonly activities: ActivityService;
  readonly pathways: PathwayService;
  readonly enrolments: EnrolmentService;
  readonly pathwayProgress: PathwayProgressService;
  readonly notifications: NotificationService;
  readonly follows: FollowService;
  readonly users: UserService;
  readonly userErasures: UserErasureService;
  readonly credentials: CredentialService;
  readonly sources: SourceService;
  readonly upstream: UpstreamService;
  readonly workspaces: { findWorkspace(id: Id): Promise<Workspace | undefined> };
}
