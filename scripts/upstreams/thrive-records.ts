import { SeededRandom } from '../support/random.js';
import { HeldRows } from './held-rows.js';
import { type GivenRow, shuffle, textOf } from './rows.js';

interface Held {
  readonly id: string;
  readonly type: string;
  readonly contextId: string | null;
  readonly contentType: string | null;
  readonly ms: number;
  /** As it is answered. */
  readonly text: string;
}

/** What is asked of Thrive's activity records. Times are in seconds since 1970. */
export interface RecordsAsked {
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
  readonly actions?: readonly string[];
  readonly omitActions?: readonly string[];
  readonly contentIds?: readonly string[];
  readonly contentType?: string;
}

/** The activity records of an emulated tenant, by time. */
export class ThriveRecords extends HeldRows<Held> {
  #byId = new Map<string, Held>();
  #isSorted = true;
  readonly #random: SeededRandom;

  constructor(seed: number) {
    super();
    this.#random = new SeededRandom(seed);
  }

  add(...rows: readonly GivenRow[]): void {
    for (const row of rows) {
      const text = textOf(row);
      const value = JSON.parse(text) as Record<string, string | null | undefined>;
      const { id = '', type, contextId, contentType, date } = value;
      const held: Held = {
        id: String(id),
        type: String(type ?? ''),
        contextId: contextId ?? null,
        contentType: contentType ?? null,
        ms: Date.parse(String(date)),
        text,
      };
      this.#isSorted &&= held.ms >= (this.held.at(-1)?.ms ?? Number.NEGATIVE_INFINITY);
      this.held.push(held);
      this.#byId.set(held.id, held);
    }
  }

  get(id: string): string | undefined {
    return this.#byId.get(id.toLowerCase())?.text;
  }

  /**
   * The texts that match. The order is by second, the newest first; within a second it is another one each time, because
   * nothing about it is documented. Both ends are compared by whole seconds, and both belong to what is asked for.
   */
  matching({ fromSeconds, toSeconds, ...asked }: RecordsAsked): string[] {
    this.#sort();
    const start = fromSeconds === undefined ? 0 : this.#firstAt(fromSeconds * 1000);
    const end = toSeconds === undefined ? this.held.length : this.#firstAt((toSeconds + 1) * 1000);
    const found = this.held.slice(start, end).filter((held) => matches(held, asked));
    return this.#inSomeOrder(found.reverse()).map(({ text }) => text);
  }

  #inSomeOrder(held: readonly Held[]): Held[] {
    const ordered: Held[] = [];
    for (let from = 0; from < held.length; ) {
      let to = from + 1;
      while (to < held.length && second(held[to]!) === second(held[from]!)) to += 1;
      ordered.push(...(to - from === 1 ? [held[from]!] : shuffle(held.slice(from, to), () => this.#random.next())));
      from = to;
    }
    return ordered;
  }

  #sort(): void {
    if (!this.#isSorted) this.held.sort((a, b) => a.ms - b.ms);
    this.#isSorted = true;
  }

  /** The place of the first that is not before. */
  #firstAt(ms: number): number {
    let low = 0;
    let high = this.held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.held[middle]!.ms < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const second = ({ ms }: Held): number => Math.floor(ms / 1000);

function matches(held: Held, { actions, omitActions, contentIds, contentType }: RecordsAsked): boolean {
  if (actions && !actions.includes(held.type)) return false;
  if (omitActions?.includes(held.type)) return false;
  if (contentIds && !contentIds.includes(held.contextId ?? '')) return false;
  return contentType === undefined || held.contentType === contentType;
}
