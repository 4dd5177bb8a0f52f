import { Activities } from './store/activities.js';
import { ActivityLogCounts } from './store/activity-log-counts.js';
import { ActivityLogPages } from './store/activity-log-pages.js';
import { ActivityLogStatsStore } from './store/activity-log-stats.js';
import type { Store } from './store/connect.js';
import { ControlLinks } from './store/control-links.js';
import { CountChanges } from './store/count-changes.js';
import { Enrolments } from './store/enrolments.js';
import { FoldStates } from './store/fold-states.js';
import { Follows } from './store/follows.js';
import { NotificationLists } from './store/notification-lists.js';
import { NotificationStates } from './store/notification-states.js';
import { Notifications } from './store/notifications.js';
import { PathwayCountsStore } from './store/pathway-counts.js';
import { PathwayStandings } from './store/pathway-standings.js';
import { Pathways } from './store/pathways.js';
import { SearchWords } from './store/search-words.js';
import { Users } from './store/users.js';

/** Every collection that services read or write, by the name that they know it by. */
export const storesOf = (store: Store) => ({
  links: new ControlLinks(store),
  pages: new ActivityLogPages(store),
  searchWords: new SearchWords(store),
  stats: new ActivityLogStatsStore(store),
  logCounts: new ActivityLogCounts(store),
  countChanges: new CountChanges(store),
  foldStates: new FoldStates(store),
  users: new Users(store),
  activities: new Activities(store),
  pathways: new Pathways(store),
  enrolments: new Enrolments(store),
  standings: new PathwayStandings(store),
  counts: new PathwayCountsStore(store),
  notifications: new Notifications(store),
  notificationStates: new NotificationStates(store),
  notificationLists: new NotificationLists(store),
  follows: new Follows(store),
});
