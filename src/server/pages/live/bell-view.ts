import { ago, element, initials } from './card.js';
import { type Notification, reasonText, tellingOf } from './notification.js';
import { sourceName } from './sources.js';

export interface BellActions {
  /** Read, where it is unread; unread, where it is read. */
  toggle(notification: Notification): void;
  markAll(): void;
  /** Those before the ones that are shown. */
  more(): void;
}

const find = (id: string): HTMLElement => document.getElementById(id)!;
const mostInBadge = 99;

/** The bell of the page: how many are unread, and the list that it opens. */
export class BellView {
  readonly #list = find('bell-list');
  /** What is shown, by what it says. */
  #items = new Map<string, HTMLElement>();

  constructor(private readonly actions: BellActions) {
    find('bell-all').addEventListener('click', () => this.actions.markAll());
    find('bell-more').addEventListener('click', () => this.actions.more());
  }

  show(notifications: readonly Notification[], unreadCount: number, hasMore: boolean): void {
    find('bell').hidden = false;
    const badge = find('bell-count');
    const isNews = unreadCount > Number(badge.dataset.count ?? unreadCount);
    badge.dataset.count = String(unreadCount);
    badge.textContent = unreadCount > mostInBadge ? `${mostInBadge}+` : String(unreadCount);
    badge.hidden = unreadCount === 0;
    find('bell').ariaLabel = unreadCount === 0 ? 'Notifications: none unread' : `Notifications: ${unreadCount} unread`;
    find('bell-unread').textContent = unreadCount === 0 ? 'All read' : `${unreadCount} unread`;
    find('bell-all').ariaDisabled = String(unreadCount === 0);
    find('bell-more').hidden = !hasMore;
    find('bell-none').hidden = notifications.length > 0;
    this.#draw(notifications);
    if (isNews) this.#ring();
  }

  hide(): void {
    find('bell').hidden = true;
    find('bell-panel').hidePopover();
  }

  refreshTimes(nowMs: number): void {
    for (const time of this.#list.querySelectorAll('time')) time.textContent = ago(time.dateTime, nowMs);
  }

  /** Keeps the items that did not change, so that the focus stays where it is. */
  #draw(notifications: readonly Notification[]): void {
    const focused = (document.activeElement?.closest('#bell-list > li') as HTMLElement | null)?.dataset.id;
    this.#items = new Map(
      notifications.map((one) => {
        const print = JSON.stringify(one);
        return [print, this.#items.get(print) ?? this.#item(one)];
      }),
    );
    const items = [...this.#items.values()];
    this.#list.replaceChildren(...items);
    const again = focused && items.find((item) => item.dataset.id === focused);
    if (again) again.querySelector('button')?.focus();
  }

  #item(notification: Notification): HTMLElement {
    const { who, what } = tellingOf(notification);
    const face = element('span', 'face', initials(who));
    face.ariaHidden = 'true';
    const time = element('time', '') as HTMLTimeElement;
    time.dateTime = notification.occurredAt;
    time.title = new Date(notification.occurredAt).toLocaleString();
    time.textContent = ago(notification.occurredAt, Date.now());
    const text = element('span', 'bell-text', element('strong', '', who), ' ', what);
    if (notification.count > 1) text.append(' ', element('span', 'times', `× ${notification.count}`));
    const source = element('span', 'source', sourceName(notification.source));
    const foot = element('span', 'bell-foot', source, ' · ', reasonText(notification), ' · ', time);
    const dot = element('span', 'bell-dot');
    dot.append(element('span', 'hidden', notification.unread ? 'Unread. Mark as read' : 'Read. Mark as unread'));
    const button = element(
      'button',
      'bell-item',
      face,
      element('span', 'bell-body', text, foot),
      dot,
    ) as HTMLButtonElement;
    button.type = 'button';
    button.title = notification.unread ? 'Mark as read' : 'Mark as unread';
    button.addEventListener('click', () => this.actions.toggle(notification));
    const item = element('li', notification.unread ? 'unread' : '', button);
    item.dataset.source = notification.source;
    item.dataset.id = notification.id;
    return item;
  }

  #ring(): void {
    const bell = find('bell');
    bell.classList.remove('rings');
    // Read, so that the animation begins anew.
    void bell.offsetWidth;
    bell.classList.add('rings');
  }
}
