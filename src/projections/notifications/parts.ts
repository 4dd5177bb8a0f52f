import type { Id } from '../../base/ids.js';
import type { ControlEntries } from '../../store/control-entries.js';
import type { FoldScope } from '../../store/fold-documents.js';
import type { Follows } from '../../store/follows.js';
import type { ItemInterests } from '../../store/item-interest.js';
import type { NotificationStates } from '../../store/notification-states.js';
import type { Notifications } from '../../store/notifications.js';
import type { RunEntries } from '../../store/run-entries.js';
import type { Known } from './known.js';

/** Where the fold of notifications reads and writes. */
export interface NotificationStores {
  readonly notifications: Notifications;
  readonly states: NotificationStates;
  readonly interests: ItemInterests;
  readonly follows: Follows;
  readonly entries: RunEntries;
  readonly controls: ControlEntries;
}

/** What each step of the fold works with. */
export interface FoldParts extends NotificationStores {
  readonly scope: FoldScope;
  readonly known: Known;
  /** The checkpoint that it went on from. */
  readonly from: number;
  /** Whose notifications were found ahead of the checkpoint, up to which number: whoever wrote them may not have counted them. */
  readonly torn: Map<Id, number>;
}

/** How many documents are in memory and written at once. */
export const chunkSize = 500;
