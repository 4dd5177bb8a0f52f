import { slicesOf } from '../../base/slices.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { IdentityKey } from '../../model/identity.js';
import { sourceSystems } from '../../model/source-system.js';
import type { Viewer } from '../../model/viewer.js';
import type { SourceList, SourceReadingService } from '../../services/source-reading.js';

export type ChangesReading = Pick<SourceReadingService, 'cut' | 'ownIdentities'>;

/** How many PostHog shows. */
const maxChanges = 10;
/** The scopes whose changes it tells of. */
const scopes = ['FeatureFlag', 'Insight', 'Notebook', 'Comment', 'Cohort', 'HogFunction'];

/** The words for what makes an item one's own, and for what concerns whoever changed it before. */
const createdWords = ['created'];
const importantWords = ['updated', 'exported', 'sharing enabled', 'sharing disabled', 'deleted', 'commented'];
const others = sourceSystems.filter((system) => system !== 'POSTHOG');
const created: readonly ResolvedFilter[] = [{ actions: createdWords }, { sources: others, actionClasses: ['CREATED'] }];
const important: readonly ResolvedFilter[] = [
  { actions: importantWords },
  { sources: others, actionClasses: ['UPDATED', 'DELETED', 'EXPORTED'] },
];

/** Of somebody's own changes so many are looked at, the newest; and so many of their items at once. */
const ownPages = 20;
const pageSize = 1000;
const itemsAtOnce = 200;
/** A notebook is saved again and again: so many pages are read at most until ten changes differ. */
const maxPages = 50;

interface Items {
  readonly created: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly ids: readonly string[];
}

/**
 * What others did with what the viewer's user created, whatever it was, or changed before in an important way, if it is
 * important itself: the newest ten. Of saves of a notebook the newest of each five minutes. Rows without a user count as
 * others'.
 * @param after only what happened after it, to the millisecond.
 */
export async function importantChanges(reading: ChangesReading, viewer: Viewer, after?: Date): Promise<ActivityLog[]> {
  const mine = await reading.ownIdentities(viewer);
  const items = await itemsOf(reading, viewer, mine);
  const found: ActivityLog[] = [];
  for (const ids of slicesOf(items.ids, itemsAtOnce)) {
    found.push(...(await changesOf(reading, viewer, { mine, items, ids, after })));
  }
  return found
    .sort((one, other) => other.occurredAtMicros - one.occurredAtMicros || other.seq - one.seq)
    .slice(0, maxChanges);
}

const keyOf = ({ object }: Pick<ActivityLog, 'object'>): string => JSON.stringify([object?.type, object?.id]);

async function itemsOf(reading: ChangesReading, viewer: Viewer, mine: readonly IdentityKey[]): Promise<Items> {
  const items = { created: new Set<string>(), changed: new Set<string>(), ids: new Set<string>() };
  const list: SourceList = {
    filter: { objectTypes: scopes },
    also: { actorKeys: mine, anyOf: [...created, ...important] },
    order: 'OCCURRED_AT_DESC',
    fields: ['source', 'action', 'actionClass', 'object'],
  };
  await walk(reading, viewer, list, pageSize, ownPages, (entry) => {
    if (entry.object?.id === undefined) return true;
    items.ids.add(entry.object.id);
    items[isOneOf(created, entry) ? 'created' : 'changed'].add(keyOf(entry));
    return true;
  });
  return { ...items, ids: [...items.ids] };
}

interface Wanted {
  readonly mine: readonly IdentityKey[];
  readonly items: Items;
  readonly ids: readonly string[];
  readonly after: Date | undefined;
}

async function changesOf(
  reading: ChangesReading,
  viewer: Viewer,
  { mine, items, ids, after }: Wanted,
): Promise<ActivityLog[]> {
  const list: SourceList = {
    filter: {
      objectTypes: scopes,
      objectIds: [...ids],
      occurredAfter: after && new Date(after.getTime() + 1),
    },
    also: { noneOf: [{ actorKeys: mine }] },
    order: 'OCCURRED_AT_DESC',
  };
  const changes: ActivityLog[] = [];
  const saves = new Set<string>();
  await walk(reading, viewer, list, maxChanges * 5, maxPages, (entry) => {
    const item = keyOf(entry);
    if (!items.created.has(item) && !(items.changed.has(item) && isOneOf(important, entry))) return true;
    const save = saveOf(entry);
    if (save !== undefined && saves.has(save)) return true;
    if (save !== undefined) saves.add(save);
    changes.push(entry);
    return changes.length < maxChanges;
  });
  return changes;
}

const saveMicros = 5 * 60 * 1_000_000;

/** What is the same of the saves of a notebook that count as one. */
function saveOf({ occurredAtMicros, action, object }: ActivityLog): string | undefined {
  if (object?.type !== 'Notebook') return undefined;
  return JSON.stringify([Math.floor(occurredAtMicros / saveMicros), action, object.id]);
}

const isOneOf = (alternatives: readonly ResolvedFilter[], { source, action, actionClass }: ActivityLog): boolean =>
  alternatives.some(
    ({ sources, actions, actionClasses }) =>
      (sources?.includes(source) ?? true) &&
      (actions?.includes(action) ?? true) &&
      (actionClasses?.includes(actionClass) ?? true),
  );

/** Page by page, all as of one place in the log, until `visit` has seen enough. */
async function walk(
  reading: ChangesReading,
  viewer: Viewer,
  list: SourceList,
  first: number,
  pages: number,
  visit: (entry: ActivityLog) => boolean,
): Promise<void> {
  let after: string | undefined;
  for (let read = 0; read < pages; read += 1) {
    const page = await reading.cut(viewer, { ...list, page: { first, after } });
    for (const { node } of page.items) if (!visit(node)) return;
    if (page.items.length < first) return;
    after = page.items.at(-1)!.cursor;
  }
}
