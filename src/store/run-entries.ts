import { type Collection, type Document, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { ActivityLog } from '../model/activity-log.js';
import { type Interest, importantActions, importantClasses } from '../model/important-change.js';
import { type Item, type Run, runMicros } from '../model/notification.js';
import { notErasedYet } from './activity-log-query.js';
import { logCollection } from './activity-logs.js';
import type { Store } from './connect.js';
import { type LogDocument, toEntry } from './log-document.js';
import { read } from './read.js';

const absent = { $exists: false };
const patienceMs = 30_000;

/** Entries of the log that are still there, for what is derived from it again. */
export class RunEntries {
  readonly #logs: Collection<LogDocument>;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument>(logCollection);
  }

  /** Those that a run is made of, up to a number, in the order of the log. */
  async ofRun(workspaceId: Id, { item, action, actorKey, fromMicros }: Run, through: number): Promise<ActivityLog[]> {
    const found = await read(() =>
      this.#logs
        .find(
          {
            ...alive(workspaceId, through),
            ...ofItem(item),
            action,
            actorKey: actorKey ?? absent,
            occurredAtMicros: { $gte: Long.fromNumber(fromMicros), $lt: Long.fromNumber(fromMicros + runMicros) },
          } as never,
          { projection: { native: 0, words: 0, changes: 0 }, maxTimeMS: patienceMs },
        )
        .toArray(),
    );
    return found.map(toEntry).sort((one, other) => one.seq - other.seq);
  }

  /** Single ones, in no particular order. */
  async byIds(workspaceId: Id, ids: readonly Id[]): Promise<ActivityLog[]> {
    if (ids.length === 0) return [];
    const where = { ...alive(workspaceId, Number.MAX_SAFE_INTEGER), _id: { $in: ids.map((id) => new ObjectId(id)) } };
    const options = { projection: { native: 0, words: 0, changes: 0 }, maxTimeMS: patienceMs };
    return (await read(() => this.#logs.find(where as never, options).toArray())).map(toEntry);
  }

  /** Since when somebody has made or changed an item, by what is left up to a number. */
  async interest(workspaceId: Id, item: Item, actorKey: string, through: number): Promise<Interest> {
    const first = async (condition: Document): Promise<number | undefined> => {
      const filter = { ...alive(workspaceId, through), ...ofItem(item), actorKey, $and: [condition] };
      const found = await read(() =>
        this.#logs
          .find(filter as never, { sort: { seq: 1 }, limit: 1, projection: { seq: 1 }, maxTimeMS: patienceMs })
          .toArray(),
      );
      return found[0] && Number(found[0].seq);
    };
    const [createdSeq, changedSeq] = await Promise.all([
      first({ actionClass: 'CREATED' }),
      first({
        actionClass: { $ne: 'CREATED' },
        $or: [{ actionClass: { $in: [...importantClasses] } }, { action: { $in: [...importantActions] } }],
      }),
    ]);
    return {
      actorKey,
      ...(createdSeq !== undefined && { createdSeq }),
      ...(changedSeq !== undefined && { changedSeq }),
    };
  }
}

const alive = (workspaceId: Id, through: number): Document => ({
  workspaceId: new ObjectId(workspaceId),
  kind: 'entry',
  removedAt: absent,
  seq: { $lte: Long.fromNumber(through) },
  ...notErasedYet,
});

/** What an entry must say to be about the item, and no more than what `itemOf` looks at. */
function ofItem(item: Item): Document {
  const { source } = item;
  if (item.objectId !== undefined) return { source, objectId: item.objectId, objectType: item.objectType };
  const nameless = {
    $or: [{ objectId: absent }, { objectType: absent }, ...(source === 'POSTHOG' ? [{ objectId: 'None' }] : [])],
  };
  if (item.activityRef !== undefined) return { source, activityRef: item.activityRef, ...nameless };
  return {
    source,
    activityRef: absent,
    pathwayId: item.pathwayId === undefined ? absent : new ObjectId(item.pathwayId),
    ...nameless,
  };
}
