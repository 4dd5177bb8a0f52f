import type { Id } from '../../base/ids.js';
import { userIdentity } from '../../model/identity.js';
import type { Notification } from '../../model/notification.js';
import { unreadIn } from '../../model/notification-state.js';
import { idOf, type NotificationName } from './growing.js';
import type { FoldParts } from './parts.js';
import type { StatePage } from './state-page.js';

/** Some notifications, as records change them: loaded with their states, changed in memory, written before these. */
export class NotificationPage {
  readonly #notifications = new Map<Id, Notification>();
  readonly #loaded = new Map<Id, Notification>();
  readonly #changed = new Set<Id>();

  constructor(
    private readonly parts: FoldParts,
    private readonly states: StatePage,
  ) {}

  /**
   * Those with these names and their twins, as of a number. States come first: a notification that somebody writes between
   * the two is then seen to be ahead.
   */
  async load(names: readonly NotificationName[], seqOf: (name: NotificationName) => number): Promise<void> {
    const all = names.flatMap((name) => [name, ...this.#twinsOf(name, seqOf(name))]);
    await this.states.load(all.map(({ origin }) => origin));
    const ids = new Set(all.map(idOf));
    for (const one of await this.parts.notifications.byIds(this.parts.scope, [...ids])) {
      this.#notifications.set(one.id, one);
      this.#loaded.set(one.id, one);
      if (one.seq > this.states.done) this.states.recount(one.origin);
    }
  }

  get(id: Id): Notification | undefined {
    return this.#notifications.get(id);
  }

  put(one: Notification): void {
    this.#notifications.set(one.id, one);
    this.#changed.add(one.id);
    this.states.touch(one.origin, one.seq);
  }

  /** Somebody who was killed, or is late, wrote it for this number already: their state may lack it. */
  meet({ origin }: Notification, seq: number): void {
    this.states.recount(origin);
    this.states.touch(origin, seq);
  }

  /** It and the same under every other id of whoever it is for now, as they are loaded. */
  withTwins(name: NotificationName, seq: number): Notification[] {
    return [name, ...this.#twinsOf(name, seq)].flatMap((one) => this.#notifications.get(idOf(one)) ?? []);
  }

  /**
   * Of the same notification under several ids of one person only one is shown: that of the id that they have themselves,
   * else the lowest.
   */
  settleTwins(name: NotificationName, seq: number): void {
    const person = this.parts.known.ownerOf(userIdentity(name.origin), seq);
    const all = this.withTwins(name, seq);
    const alive = all.filter(({ count }) => count > 0).sort((one, other) => (one.origin < other.origin ? -1 : 1));
    const shown = alive.find(({ origin }) => origin === person) ?? alive[0];
    for (const twin of all) {
      const isTwin = twin.count > 0 && twin !== shown;
      if (twin.isTwin !== isTwin) this.put({ ...twin, isTwin, seq });
    }
  }

  async write(): Promise<void> {
    const changed = [...this.#changed].map((id) => this.#notifications.get(id)!);
    await this.parts.notifications.write(this.parts.scope, changed);
    for (const one of changed) {
      const state = this.states.get(one.origin);
      const before = this.#loaded.get(one.id);
      this.states.gain(one.origin, unreadIn(one, state) - (before ? unreadIn(before, state) : 0));
    }
  }

  #twinsOf({ workspaceId, origin, run, by }: NotificationName, seq: number): NotificationName[] {
    const { known } = this.parts;
    const person = known.ownerOf(userIdentity(origin), seq);
    const beside = person === undefined ? [] : known.userIdsOf(person, seq).filter((id) => id !== origin);
    return beside.map((id) => ({ workspaceId, origin: id, run, ...(by !== undefined && { by }) }));
  }
}
