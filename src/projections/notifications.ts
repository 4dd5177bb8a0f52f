import type { Id } from '../base/ids.js';
import { notificationsFold } from '../model/notification.js';
import type { Store } from '../store/connect.js';
import { ControlEntries } from '../store/control-entries.js';
import { Follows } from '../store/follows.js';
import { ItemInterests } from '../store/item-interest.js';
import { NotificationStates } from '../store/notification-states.js';
import { Notifications } from '../store/notifications.js';
import { RunEntries } from '../store/run-entries.js';
import { NotificationFold } from './notifications/fold.js';
import { Known, knownNouns } from './notifications/known.js';
import type { NotificationStores } from './notifications/parts.js';
import type { Fold, FoldPlace, Projection } from './projection.js';

/** What others did that concerns somebody, how much of it they have read, and what they follow. */
export class NotificationProjection implements Projection {
  readonly name = notificationsFold;
  readonly version = 2;

  constructor(private readonly stores: NotificationStores) {}

  async open({ workspaceId, generation, seq, holder, isHeld }: FoldPlace): Promise<Fold> {
    const scope = { workspaceId, generation, holder, isHeld };
    const known = new Known();
    for await (const record of this.stores.controls.through(workspaceId, seq, knownNouns)) {
      known.apply(record.control, record.seq);
    }
    const torn = await this.stores.notifications.originsAbove(scope, seq);
    return new NotificationFold({ ...this.stores, scope, known, torn, from: seq }, seq);
  }

  async erase(workspaceId: Id, generation: number): Promise<boolean> {
    const { notifications, states, interests, follows } = this.stores;
    const scope = { workspaceId, generation };
    const left = await Promise.all([notifications, states, interests, follows].map((one) => one.erase(scope)));
    return left.includes(true);
  }
}

export const notificationStores = (store: Store): NotificationStores => ({
  notifications: new Notifications(store),
  states: new NotificationStates(store),
  interests: new ItemInterests(store),
  follows: new Follows(store),
  entries: new RunEntries(store),
  controls: new ControlEntries(store),
});
