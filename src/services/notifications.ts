import { canReadNotifications, canWriteNotifications } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { notFound } from '../base/errors.js';
import { type Id, newId } from '../base/ids.js';
import type { LogWriter } from '../log/writer.js';
import { type NotificationFilter, type NotificationPreferences, preferencesNoun } from '../model/notification.js';
import type { Page, PageRequest } from '../model/page.js';
import { bookmarkNoun, type MarkChange, markNoun } from '../model/read-state.js';
import type { Viewer } from '../model/viewer.js';
import { isNotificationKey, type NotificationLists, notificationKey } from '../store/notification-lists.js';
import type { Notifications } from '../store/notifications.js';
import { checkId, checkList } from './input/checks.js';
import { ChangedPeople, type ChangesParts, OwnChanges } from './notifications/changes.js';
import { isToldTo, toldFilter, toldStanding } from './notifications/following.js';
import { type BookmarkInput, checkBookmark, checkNotificationFilter } from './notifications/input.js';
import { requireOwn, requireUser } from './notifications/own.js';
import { type SeenNotification, seenBy } from './notifications/seen.js';
import { readSnapshot, type Snapshot, type Standing } from './notifications/snapshot.js';
import type { ReaderContext } from './nouns/results.js';
import { FeedCursors } from './paging/epochs.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';

export interface NotificationPage extends Page<SeenNotification>, Standing {}

export interface ListNotifications {
  readonly filter?: NotificationFilter | null;
  /** A FeedCursor that the answer must cover. */
  readonly atLeast?: string | null;
  readonly page: PageRequest;
}

/** Where something was written, and a FeedCursor of it. */
export interface WrittenAt {
  readonly seq: number;
  readonly cursor: string;
}

export interface NotificationServiceParts extends ChangesParts, PagingParts {
  readonly notifications: Notifications;
  readonly notificationLists: NotificationLists;
  readonly writer: LogWriter;
  readonly clock: Clock;
}

const notificationList = { list: 'notifications', isKey: isNotificationKey };

/** What others did that concerns somebody, and what of it they have read. Always the viewer's own. */
export class NotificationService {
  readonly #cursors: FeedCursors;
  readonly #people: ChangedPeople;

  constructor(private readonly parts: NotificationServiceParts) {
    this.#cursors = new FeedCursors(parts.states);
    this.#people = new ChangedPeople(parts.notificationStates);
  }

  /** The last recorded or grown first. What has grown since a page was read stands at the top again. */
  async list(viewer: Viewer, args: ListNotifications): Promise<NotificationPage> {
    requireOwn(viewer, canReadNotifications, 'notification:read');
    const request = checkRequest(args.page);
    const filter = toldFilter(viewer, checkNotificationFilter(args.filter));
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, notificationList, request, args.atLeast);
    const { standing, seen } = await this.#read(viewer, start.place.seq, (now) => {
      const selection = { scope: now.scope, states: now.states, filter };
      const lists = this.parts.notificationLists;
      const place = { ...start.place, seq: now.place.seq, epoch: now.place.epoch };
      const source = {
        find: async (slice) => (await lists.find(selection, slice)).map((one) => seenBy(one, now.states)),
        exists: (span) => lists.exists(selection, span),
        count: () => lists.count(selection),
        keyOf: (one: SeenNotification) => notificationKey(one),
      } satisfies Parameters<typeof cutPage<SeenNotification>>[0];
      return cutPage(source, notificationList, { ...start, place }, request);
    });
    return { ...seen, ...standing };
  }

  /** How many are unread and up to where they are read. @param atLeast a number of the log that the answer must cover. */
  async standing(viewer: ReaderContext, atLeast = 0): Promise<Standing> {
    requireOwn(viewer, canReadNotifications, 'notification:read');
    return (await this.#read(viewer, atLeast, async () => undefined)).standing;
  }

  /** How the viewer stands after something that they wrote. @param seq the number of the log that it has. */
  async standingAfter(viewer: Viewer, seq: number): Promise<Standing> {
    requireOwn(viewer, canWriteNotifications, 'notification:write');
    return (await this.#read(viewer, seq, async () => undefined)).standing;
  }

  /**
   * Everything at or below a place, or until an instant, is read from now on; a lower one makes what lies above unread.
   * It costs the same however many that are.
   * @throws CodedError FORBIDDEN, BAD_USER_INPUT, CURSOR_UNKNOWN naming `through` or `at`.
   */
  async bookmark(viewer: Viewer, input: BookmarkInput): Promise<WrittenAt> {
    requireOwn(viewer, canWriteNotifications, 'notification:write');
    const { reader, clock } = this.parts;
    const change = await checkBookmark(reader, viewer.workspaceId, input, clock.now());
    return this.#append(viewer, bookmarkNoun, change);
  }

  /**
   * Whether one is read, whatever the bookmark says. Once it grows it is unread again.
   * @throws CodedError FORBIDDEN, BAD_USER_INPUT, NOT_FOUND naming `id`.
   */
  async mark(viewer: Viewer, id: Id, read: boolean): Promise<WrittenAt> {
    requireOwn(viewer, canWriteNotifications, 'notification:write');
    const { place } = await this.#existing(viewer, checkId(id, 'id')!, 0);
    const change: MarkChange = { read, marks: [{ id: checkId(id, 'id')!, place }] };
    return this.#append(viewer, markNoun, change);
  }

  /** One of the viewer's, and how they stand, both as of a place at or above `seq`. */
  async get(viewer: Viewer, id: Id, seq: number): Promise<{ notification: SeenNotification; standing: Standing }> {
    const { standing, seen } = await this.#look(viewer, id, seq);
    if (!seen) throw notFound('This notification', 'id');
    return { notification: seen, standing };
  }

  /** Which ones the viewer wants; all where they never said. */
  async preferences(viewer: Viewer): Promise<NotificationPreferences> {
    requireOwn(viewer, canReadNotifications, 'notification:read');
    const { snapshot } = await this.#read(viewer, 0, async () => undefined);
    const own = snapshot.states.find(({ origin }) => origin === snapshot.personId);
    return own?.preferences ?? {};
  }

  /** Of what happens from now on. @throws CodedError FORBIDDEN, TOO_LARGE naming the list below `input`. */
  async setPreferences(viewer: Viewer, input: NotificationPreferences): Promise<WrittenAt & NotificationPreferences> {
    requireOwn(viewer, canWriteNotifications, 'notification:write');
    const preferences: NotificationPreferences = {
      reasons: checkList(input.reasons, 'input.reasons') ?? null,
      sources: checkList(input.sources, 'input.sources') ?? null,
    };
    return { ...(await this.#append(viewer, preferencesNoun, preferences)), ...preferences };
  }

  /** The viewer's own, for who follows them. @throws CodedError FORBIDDEN. */
  changes(viewer: ReaderContext): OwnChanges {
    requireOwn(viewer, canReadNotifications, 'notification:read');
    return new OwnChanges(this.parts, this.#people, viewer);
  }

  async #existing(viewer: Viewer, id: Id, atLeast: number): Promise<SeenNotification> {
    const { seen } = await this.#look(viewer, id, atLeast);
    if (!seen) throw notFound('This notification', 'id');
    return seen;
  }

  #look(viewer: Viewer, id: Id, atLeast: number) {
    return this.#read(viewer, atLeast, async ({ scope, states }) => {
      const [one] = await this.parts.notifications.byIds(scope, [id]);
      const isTheirs = one && isToldTo(viewer, one) && states.some(({ origin }) => origin === one.origin);
      return isTheirs ? seenBy(one, states) : undefined;
    });
  }

  /** What is looked at, and how the viewer stands: both of one place. */
  async #read<T>(viewer: ReaderContext, atLeast: number, look: (snapshot: Snapshot) => Promise<T>) {
    const { parts } = this;
    const userId = requireUser(viewer.userId);
    const { snapshot, seen } = await readSnapshot(parts, viewer.workspaceId, userId, atLeast, async (now) => {
      const [looked, standing] = await Promise.all([look(now), toldStanding(parts.notificationLists, viewer, now)]);
      return { looked, standing };
    });
    return { snapshot, standing: seen.standing, seen: seen.looked };
  }

  async #append(viewer: Viewer, noun: string, change: object): Promise<WrittenAt> {
    const { workspaceId } = viewer;
    const control = { noun, change: 'set', subjectId: requireUser(viewer.userId), payload: JSON.stringify(change) };
    const { seq } = await this.parts.writer.append(workspaceId, { kind: 'control', id: newId(), control });
    return { seq, cursor: await this.#cursors.of(workspaceId, seq) };
  }
}
