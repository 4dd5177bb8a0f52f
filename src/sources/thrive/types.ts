import { type ActionClass, type ActivityLog, actionClasses } from '../../model/activity-log.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import { sourceSystems } from '../../model/source-system.js';

/** The types that Thrive documents, each with our class of it. The set is open: others are kept as they are. */
const classes = {
  viewed: 'VIEWED',
  completed: 'COMPLETED',
  passed: 'PASSED',
  pinned: 'SOCIAL',
  unpinned: 'SOCIAL',
  liked: 'SOCIAL',
  unliked: 'SOCIAL',
  commented: 'SOCIAL',
  commentdeleted: 'SOCIAL',
  shared: 'SOCIAL',
  progressed: 'PROGRESSED',
  registered: 'STARTED',
  followed: 'SOCIAL',
  unfollowed: 'SOCIAL',
  started: 'STARTED',
  resumed: 'STARTED',
  searched: 'SEARCH',
  found: 'VIEWED',
  loggedin: 'AUTH',
  loggedout: 'AUTH',
} as const satisfies Record<string, ActionClass>;
type DocumentedType = keyof typeof classes;

const classOfType: ReadonlyMap<string, ActionClass> = new Map(Object.entries(classes));

export const isDocumentedType = (type: string): boolean => classOfType.has(type);

export const actionClassOfType = (type: string): ActionClass => classOfType.get(type) ?? 'OTHER';

/** Words of other systems that say the very same. */
const sameWords: ReadonlyMap<string, DocumentedType> = new Map([
  ['follow', 'followed'],
  ['unfollow', 'unfollowed'],
  ['comment', 'commented'],
  ['like', 'liked'],
  ['unlike', 'unliked'],
  ['share', 'shared'],
  ['pin', 'pinned'],
  ['unpin', 'unpinned'],
  ['logged_in', 'loggedin'],
  ['login', 'loggedin'],
  ['logged_out', 'loggedout'],
  ['logout', 'loggedout'],
]);

/** The nearest type of a class of ours. The other classes hold too much for any one type to be true of all of it. */
const typeOfClass: ReadonlyMap<ActionClass, DocumentedType> = new Map([
  ['VIEWED', 'viewed'],
  ['STARTED', 'started'],
  ['PROGRESSED', 'progressed'],
  ['COMPLETED', 'completed'],
  ['PASSED', 'passed'],
  ['SEARCH', 'searched'],
]);

const known = [...classOfType.keys(), ...sameWords.keys()];
const others = sourceSystems.filter((system) => system !== 'THRIVE');

/** An entry's type: Thrive's own word, or the nearest one, or else the source's word as it is. */
export function typeOf({
  source,
  action,
  actionClass,
}: Pick<ActivityLog, 'source' | 'action' | 'actionClass'>): string {
  if (source === 'THRIVE' || classOfType.has(action)) return action;
  return sameWords.get(action) ?? typeOfClass.get(actionClass) ?? action;
}

/** Alternatives that together match exactly the entries whose `typeOf` is one of these. */
export function ofTypes(types: readonly string[]): ResolvedFilter[] {
  const asked = new Set(types);
  const words = types.filter((type) => classOfType.has(type));
  const same = [...sameWords].flatMap(([word, type]) => (asked.has(type) ? word : []));
  const nearest = [...typeOfClass].flatMap(([actionClass, type]) => (asked.has(type) ? actionClass : []));
  const unknown = types.filter((type) => !known.includes(type));
  const withoutType = actionClasses.filter((actionClass) => !typeOfClass.has(actionClass));
  return [
    { sources: ['THRIVE'], actions: types },
    ...(words.length + same.length > 0 ? [{ sources: others, actions: [...words, ...same] }] : []),
    ...(nearest.length > 0 ? [{ sources: others, actionClasses: nearest, omitActions: known }] : []),
    ...(unknown.length > 0 ? [{ sources: others, actions: unknown, actionClasses: withoutType }] : []),
  ];
}
