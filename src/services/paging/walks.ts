import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.js';

/** How long after the furthest page so far the others still are of the same list, in milliseconds. */
export const walkMs = 60_000;
const maxWalks = 1000;
/** How many starts of pages are kept of one walk: for the next page, and for those that are asked for again. */
const maxStarts = 16;

/** A list that somebody reads page by page, by page numbers. */
export interface Walk {
  readonly epoch: number;
  /** Where in the log its first page was read. */
  readonly seq: number;
  readonly total: number;
  /** After which item a page begins, by how many items lie before it. */
  readonly starts: Map<number, readonly number[]>;
  /** The greatest of these there was. */
  furthest: number;
}

/**
 * Page numbers that behave like cursors: the first page begins a list, and the others are pages of that same list, as of the
 * place in the log where the first one was read. So together they skip nothing and double nothing while the log grows, in
 * whatever order they are asked for; one that follows its predecessor does not cost what lies before it. Kept in this
 * process's memory; a page of no list that is known begins one itself.
 */
export class Walks {
  readonly #walks: LRUCache<string, Walk>;

  constructor(clock: Clock) {
    this.#walks = new LRUCache({
      max: maxWalks,
      ttl: walkMs,
      ttlResolution: 0,
      perf: { now: () => clock.monotonicMs() },
    });
  }

  /** The list that a page other than the first belongs to. */
  find(list: string, skip: number): Walk | undefined {
    return skip === 0 ? undefined : this.#walks.get(list);
  }

  begin(list: string, walk: Omit<Walk, 'starts' | 'furthest'>): Walk {
    const begun = { ...walk, starts: new Map(), furthest: 0 };
    this.#walks.set(list, begun);
    return begun;
  }

  /** Notes where the next page begins. Only getting further keeps a list alive: a page that is asked for again and again must change some time. */
  reached(list: string, walk: Walk, skip: number, after: readonly number[]): void {
    const { starts } = walk;
    starts.delete(skip);
    starts.set(skip, after);
    const [oldest] = starts.keys();
    if (starts.size > maxStarts) starts.delete(oldest!);
    if (skip <= walk.furthest) return;
    walk.furthest = skip;
    if (this.#walks.get(list) === walk) this.#walks.set(list, walk);
  }
}
