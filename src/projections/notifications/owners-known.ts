import type { Id } from '../../base/ids.js';
import type { NounChange } from '../../model/noun-change.js';
import { Timeline } from '../../model/timeline.js';

/** Whose which key was at each number of the log: identities of people, references of activities. */
export class OwnersKnown {
  readonly #owners = new Map<string, Timeline<Id | undefined>>();
  readonly #keys = new Map<Id, Timeline<readonly string[]>>();

  /** @returns the keys of everybody who is named, before and after. */
  apply<T extends { readonly id: Id }>(
    change: Pick<NounChange<T>, 'set' | 'removed'>,
    keysOf: (state: T) => readonly string[],
    seq: number,
  ): OwnerChange[] {
    const ids = [...change.removed, ...change.set.map(({ id }) => id)];
    const before = new Map(ids.map((id) => [id, this.keysOf(id, seq)]));
    const after = new Map<Id, readonly string[]>(change.removed.map((id) => [id, []]));
    for (const state of change.set) after.set(state.id, keysOf(state));
    // What passes from one to another is given up before it is taken.
    for (const [id, keys] of before) {
      const kept = new Set(after.get(id));
      for (const key of keys) if (!kept.has(key) && this.ownerOf(key, seq) === id) this.#own(key, undefined, seq);
    }
    for (const [id, keys] of after) {
      this.#hold(id, keys, seq);
      for (const key of keys) this.#own(key, id, seq);
    }
    return ids.map((id) => ({ id, before: before.get(id)!, after: this.keysOf(id, seq) }));
  }

  ownerOf(key: string, seq: number): Id | undefined {
    return this.#owners.get(key)?.at(seq);
  }

  keysOf(id: Id, seq: number): readonly string[] {
    return this.#keys.get(id)?.at(seq) ?? [];
  }

  /** Everybody who ever had the key. */
  everyOwnerOf(key: string): Id[] {
    return [...new Set((this.#owners.get(key)?.all ?? []).flatMap((id) => id ?? []))];
  }

  #own(key: string, id: Id | undefined, seq: number): void {
    const owners = this.#owners.get(key) ?? new Timeline();
    this.#owners.set(key, owners);
    owners.set(seq, id);
  }

  #hold(id: Id, keys: readonly string[], seq: number): void {
    const held = this.#keys.get(id) ?? new Timeline(isSame);
    this.#keys.set(id, held);
    held.set(seq, keys);
  }
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((key, index) => key === others[index]);

export interface OwnerChange {
  readonly id: Id;
  readonly before: readonly string[];
  readonly after: readonly string[];
}
