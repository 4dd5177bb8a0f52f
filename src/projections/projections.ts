import type { Store } from '../store/connect.js';
import { ControlEntries } from '../store/control-entries.js';
import { PathwayCountsStore } from '../store/pathway-counts.js';
import { PathwayStandings } from '../store/pathway-standings.js';
import { ProgressCells } from '../store/progress-cells.js';
import { LoggedProgress } from '../store/progress-facts.js';
import { ActivityLogStatsProjection, activityLogStatsParts } from './activity-log-stats.js';
import { NotificationProjection, notificationStores } from './notifications.js';
import { PathwayProgressProjection } from './pathway-progress.js';
import type { Projection } from './projection.js';

/** Everything that is made from the log. */
export const projectionsOf = (store: Store): readonly Projection[] => [
  new PathwayProgressProjection({
    progressCells: new ProgressCells(store),
    standings: new PathwayStandings(store),
    counts: new PathwayCountsStore(store),
    logged: new LoggedProgress(store),
    controls: new ControlEntries(store),
  }),
  new NotificationProjection(notificationStores(store)),
  new ActivityLogStatsProjection(activityLogStatsParts(store)),
];
