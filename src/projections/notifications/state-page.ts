import type { Id } from '../../base/ids.js';
import { slicesOf } from '../../base/slices.js';
import { initialState, type NotificationState } from '../../model/notification-state.js';
import type { StoredState } from '../../store/notification-states.js';
import { chunkSize, type FoldParts } from './parts.js';

interface Touch {
  readonly seq: number;
  readonly readSeq: number;
}

/**
 * States of some people as records change them: written once each, after the notifications that they count.
 *
 * How many are unread is counted on from what was loaded. It is counted afresh, by index, where that cannot be relied on:
 * a document is ahead of the checkpoint, since somebody was killed there or is still writing.
 */
export class StatePage {
  readonly #states = new Map<Id, NotificationState>();
  readonly #touched = new Map<Id, Touch>();
  readonly #recounted = new Set<Id>();
  readonly #gained = new Map<Id, number>();

  /** @param done everything up to this number was written before. */
  constructor(
    private readonly parts: FoldParts,
    readonly done: number,
  ) {}

  async load(origins: Iterable<Id>): Promise<void> {
    const missing = [...new Set(origins)].filter((origin) => !this.#states.has(origin));
    for (const state of await this.parts.states.byOrigins(this.parts.scope, missing)) {
      this.#states.set(state.origin, state);
      if (this.#isAhead(state) || this.parts.torn.has(state.origin)) this.recount(state.origin);
    }
  }

  /** Also of what is passed by now: whoever lost the lease counted on from what they had read before. */
  #isAhead({ seq, holder }: StoredState): boolean {
    return seq > this.done || (seq > this.parts.from && holder !== (this.parts.scope.holder ?? 0));
  }

  has(origin: Id): boolean {
    return this.#states.has(origin);
  }

  get(origin: Id): NotificationState {
    return this.#states.get(origin) ?? initialState(origin);
  }

  /** A change of the state itself, after which other notifications may be unread. */
  put(state: NotificationState, seq: number): void {
    this.#states.set(state.origin, state);
    this.recount(state.origin);
    this.touch(state.origin, seq, seq);
  }

  touch(origin: Id, seq: number, readSeq = 0): void {
    const before = this.#touched.get(origin);
    this.#touched.set(origin, {
      seq: Math.max(seq, before?.seq ?? 0),
      readSeq: Math.max(readSeq, before?.readSeq ?? 0),
    });
  }

  recount(origin: Id): void {
    this.#recounted.add(origin);
  }

  gain(origin: Id, unread: number): void {
    this.#gained.set(origin, (this.#gained.get(origin) ?? 0) + unread);
  }

  async write(): Promise<void> {
    for (const some of slicesOf([...this.#touched], chunkSize)) {
      await this.parts.states.write(
        this.parts.scope,
        await Promise.all(some.map(([origin, touch]) => this.#written(origin, touch))),
      );
    }
  }

  async #written(origin: Id, { seq, readSeq }: Touch): Promise<NotificationState> {
    const state = this.get(origin);
    const unread =
      this.#recounted.has(origin) || this.parts.torn.has(origin)
        ? await this.parts.notifications.countUnread(this.parts.scope, origin, state)
        : state.unread + (this.#gained.get(origin) ?? 0);
    return { ...state, unread, readSeq: Math.max(state.readSeq, readSeq), seq };
  }
}
