import { Long, ObjectId } from 'mongodb';
import { type Id, newId } from '../../../src/base/ids.js';
import { filterFields } from '../../../src/model/activity-log.js';
import type { LogRecord } from '../../../src/model/log-record.js';
import { unreadIn } from '../../../src/model/notification-state.js';
import type { NotificationStores } from '../../../src/projections/notifications/parts.js';
import { NotificationProjection, notificationStores } from '../../../src/projections/notifications.js';
import type { Fold } from '../../../src/projections/projection.js';
import { ActivityLogs, logCollection } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import { draftDocument, toEntry, toRecord } from '../../../src/store/log-document.js';
import { NotificationLists } from '../../../src/store/notification-lists.js';
import type { Written } from './history.js';
import type { Shown } from './model.js';

/** Called before each write, of how many documents; answers how many of them are written before it is killed there. */
export type Gate = (documents: number) => Promise<number | undefined>;

export class Killed extends Error {}

/** The stores as a process sees them that may be killed in the middle of any write. */
export function gated(stores: NotificationStores, gate: Gate): NotificationStores {
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== 'function') return member;
        if (name !== 'write') return member.bind(object);
        return async (scope: unknown, documents: unknown[]) => {
          if (documents.length === 0) return;
          const written = await gate(documents.length);
          await member.call(object, scope, documents.slice(0, written));
          if (written !== undefined) throw new Killed();
        };
      },
    });
  return {
    ...stores,
    notifications: guard(stores.notifications),
    states: guard(stores.states),
    interests: guard(stores.interests),
    follows: guard(stores.follows),
  };
}

/** A log that is written by hand, and processes that fold it. */
export class World {
  readonly workspaceId = newId();
  readonly stores: NotificationStores;
  readonly #logs: ActivityLogs;
  readonly #lists: NotificationLists;
  end = 0;

  constructor(private readonly store: Store) {
    this.stores = notificationStores(store);
    this.#logs = new ActivityLogs(store);
    this.#lists = new NotificationLists(store);
  }

  async write(all: readonly Written[]): Promise<void> {
    for (const one of all) {
      if ('hide' in one) await this.#logs.hide(this.workspaceId, [one.hide], new Date());
      else if ('draft' in one) await this.#append(one.draft);
      else {
        await this.#logs.hide(this.workspaceId, [one.remove], new Date());
        const found = await this.store.collection(logCollection).findOne({ _id: new ObjectId(one.remove) });
        const target = filterFields(toEntry(found as never));
        await this.#append({ kind: 'removed', id: newId(), targetId: one.remove, target });
        await this.#logs.erase(this.workspaceId, [one.remove], new Date());
      }
    }
  }

  async records(after = 0, through = this.end): Promise<LogRecord[]> {
    return (await this.#logs.readAfter(this.workspaceId, after, 10_000, { through })).map(toRecord);
  }

  open(generation: number, seq: number, gate: Gate = async () => undefined, holder = 0): Promise<Fold> {
    const { workspaceId } = this;
    return new NotificationProjection(gated(this.stores, gate)).open({ workspaceId, generation, seq, holder });
  }

  /** What is stored for somebody, and how many of it are said to be unread. */
  async shown(generation: number, person: Id): Promise<Shown> {
    const scope = { workspaceId: this.workspaceId, generation };
    const found = await this.stores.states.ofOwner(scope, person);
    const states = found.filter(({ ownerId }) => ownerId === person);
    const selection = { scope, states, filter: {} };
    const list = await this.#lists.find(selection, { limit: 10_000 });
    const unread = await this.#lists.find({ ...selection, filter: { unread: true } }, { limit: 10_000 });
    const ids = new Set(unread.map(({ id }) => id));
    return {
      list: list.map((one) => {
        const { id, origin, count, reasons, place, occurredAtMicros, latestEntryId } = one;
        const isUnread = unreadIn(one, states.find((state) => state.origin === origin)!) === 1;
        if (isUnread !== ids.has(id)) throw new Error('The filter and the rule disagree on what is unread');
        return { id, origin, count, reasons, place, occurredAtMicros, latestEntryId, unread: isUnread };
      }),
      unread: states.reduce((sum, state) => sum + state.unread, 0),
    };
  }

  /** Whether anything of somebody's is ahead of a checkpoint: then a reader waits. */
  async isAhead(generation: number, person: Id, seq: number): Promise<boolean> {
    const scope = { workspaceId: this.workspaceId, generation };
    const states = await this.stores.states.ofOwner(scope, person);
    const origins = [person, ...states.map(({ origin }) => origin)];
    return (
      states.some((state) => state.seq > seq) ||
      (await this.stores.notifications.changedAbove(scope, origins, seq)) !== undefined
    );
  }

  async #append(draft: Parameters<typeof draftDocument>[1]): Promise<void> {
    this.end += 1;
    const document = draftDocument(this.workspaceId, draft, new Date(), () => Buffer.alloc(0));
    await this.store.collection(logCollection).insertOne({ ...document, seq: Long.fromNumber(this.end) } as never);
  }
}
