import type { Id } from '../../base/ids.js';
import type { NounChange } from '../../model/noun-change.js';

/** How names are told to mean a noun, and under which keys entries may name it. */
export interface Reading<T> {
  /** Keys that are looked for whoever has them. */
  readonly direct: readonly string[];
  isMeant(one: T): boolean;
  keysOf(one: T): readonly string[];
  /** Those who are part of this one, and nobody by themselves. */
  partsOf(one: T): readonly Id[];
}

/** What names mean, as of a place in the log; the log's own entries say what they mean from then on. */
export class Meaning<T extends { readonly id: Id }> {
  private constructor(
    private readonly reading: Reading<T>,
    private readonly found: ReadonlyMap<Id, readonly string[]>,
  ) {}

  /** @param candidates all whom the names may mean now. */
  static of<T extends { readonly id: Id }>(reading: Reading<T>, candidates: readonly T[]): Meaning<T> {
    const found = candidates.filter((one) => reading.isMeant(one));
    return new Meaning(reading, new Map(found.map((one) => [one.id, reading.keysOf(one)])));
  }

  /** Everything under which entries may name any of them. */
  get keys(): string[] {
    return [...new Set([...this.reading.direct, ...[...this.found.values()].flat()])];
  }

  /** What they mean after a change; the same where it is none for them. */
  after(change: Pick<NounChange<T>, 'set' | 'removed'>): Meaning<T> {
    const { isMeant, keysOf, partsOf } = this.reading;
    const gone = [...change.removed, ...change.set.flatMap((one) => [one.id, ...partsOf(one)])];
    const meant = change.set.filter((one) => isMeant(one));
    if (meant.length === 0 && !gone.some((id) => this.found.has(id))) return this;
    const found = new Map(this.found);
    for (const id of gone) found.delete(id);
    for (const one of meant) found.set(one.id, keysOf(one));
    return new Meaning(this.reading, found);
  }
}
