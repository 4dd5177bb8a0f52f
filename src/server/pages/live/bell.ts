import { type Ask, AskError } from './ask.js';
import { followNotifications } from './bell-connection.js';
import { BellView } from './bell-view.js';
import {
  listDocument,
  markAllDocument,
  markReadDocument,
  markUnreadDocument,
  type Notification,
  type NotificationEvent,
  type NotificationsAnswer,
} from './notification.js';

/** So many at first, and so many more each time that somebody asks for earlier ones. */
const step = 30;
/** What one page of the API can be. */
const most = 990;
const againMs = 2_000;

/** One's own notifications: listed once, and from that place on as they are told. */
export class Bell {
  readonly #view = new BellView({
    toggle: (one) => void this.#toggle(one),
    markAll: () => void this.#markAll(),
    more: () => this.#more(),
  });
  #notifications: readonly Notification[] = [];
  #unreadCount = 0;
  #size = step;
  #hasMore = false;
  /** The place that the list is of. */
  #asOf = '';
  #stop = (): void => {};
  #isOver = false;

  constructor(
    private readonly ask: Ask,
    private readonly authorization: string,
  ) {}

  /** Begins; a credential that has no notifications gets no bell. */
  async start(): Promise<void> {
    try {
      await this.#load();
      if (this.#isOver) return;
      this.#stop = followNotifications({
        authorization: this.authorization,
        after: this.#asOf,
        onEvent: (event) => void this.#take(event),
        onEnd: () => this.#again(),
      });
    } catch (cause) {
      if (cause instanceof AskError && cause.code !== 'SERVICE_UNAVAILABLE') this.#view.hide();
      else this.#again();
    }
  }

  stop(): void {
    this.#isOver = true;
    this.#stop();
    this.#view.hide();
  }

  refreshTimes(nowMs: number): void {
    this.#view.refreshTimes(nowMs);
  }

  #again(): void {
    setTimeout(() => !this.#isOver && void this.start(), againMs);
  }

  async #load(atLeast?: string): Promise<void> {
    const { notifications } = await this.ask<NotificationsAnswer>(listDocument, { first: this.#size, atLeast });
    if (this.#isOver) return;
    this.#notifications = notifications.nodes;
    this.#hasMore = notifications.pageInfo.hasNextPage;
    this.#unreadCount = notifications.unreadCount;
    this.#asOf = notifications.asOf;
    this.#show();
  }

  async #take(event: NotificationEvent): Promise<void> {
    if (this.#isOver) return;
    // Others may be read or unread now, or there is more than was told.
    if (event.readChanged || !event.isComplete) return this.#load(event.cursor).catch(() => {});
    const told = [...event.notifications].reverse();
    const gone = new Set([...told.map(({ id }) => id), ...event.removedIds]);
    const all = [...told, ...this.#notifications.filter(({ id }) => !gone.has(id))];
    this.#notifications = all.slice(0, this.#size);
    this.#hasMore ||= all.length > this.#size;
    this.#unreadCount = event.unreadCount;
    this.#asOf = event.cursor;
    this.#show();
  }

  async #toggle({ id, unread }: Notification): Promise<void> {
    // Shown at once; what the gateway says then is what counts.
    this.#notifications = this.#notifications.map((one) => (one.id === id ? { ...one, unread: !unread } : one));
    this.#unreadCount += unread ? -1 : 1;
    this.#show();
    await this.#send(unread ? markReadDocument : markUnreadDocument, { id });
  }

  async #markAll(): Promise<void> {
    if (this.#unreadCount === 0) return;
    this.#notifications = this.#notifications.map((one) => ({ ...one, unread: false }));
    this.#unreadCount = 0;
    this.#show();
    await this.#send(markAllDocument, { through: this.#asOf });
  }

  #more(): void {
    this.#size += step;
    void this.#load().catch(() => {});
  }

  async #send(document: string, variables: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await this.ask(document, variables);
    } catch {
      await this.#load().catch(() => {});
    }
  }

  #show(): void {
    this.#view.show(this.#notifications, Math.max(0, this.#unreadCount), this.#hasMore && this.#size < most);
  }
}
