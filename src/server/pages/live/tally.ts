import type { LoggedEvent } from './entry.js';

/** What is remembered to recognise a repetition. */
const mostKnown = 50_000;
/** So many, for any of them may be removed before the next comparison. */
const anchorCount = 100;

/**
 * Counts what the page was told, and holds it against what a query lists. It trusts neither the cursor nor the
 * subscription: ids alone.
 */
export class Tally {
  received = 0;
  repeated = 0;
  /** Entries that a query listed and that were held against what was received. */
  compared = 0;
  readonly #known = new Set<string>();
  readonly #missed = new Set<string>();
  #anchors: ReadonlySet<string>;
  /** Listed by the last comparison above the newest that was received: they may be on their way, once. */
  #onTheirWay: readonly string[] = [];

  /** @param ids what the log held already when the page began to follow. */
  constructor(ids: readonly string[]) {
    this.#anchors = new Set(ids);
    for (const id of ids) this.#known.add(id);
  }

  get missed(): number {
    return this.#missed.size;
  }

  knows(id: string): boolean {
    return this.#known.has(id);
  }

  /** Whether an id is of what was compared before, so that a list need not be read further. */
  isAnchor(id: string): boolean {
    return this.#anchors.has(id);
  }

  take({ type, activityLogId }: LoggedEvent): void {
    this.received += 1;
    if (type === 'RECORDED' && this.#known.has(activityLogId)) this.repeated += 1;
    this.#known.add(activityLogId);
    this.#missed.delete(activityLogId);
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.values().next().value!);
  }

  /** The connection broke: what was on its way comes later. */
  forgive(): void {
    this.#onTheirWay = [];
  }

  /** @param listed ids of the log, the newest first, down to an anchor or the log's start. */
  compare(listed: readonly string[]): void {
    for (const id of this.#onTheirWay) if (!this.#known.has(id)) this.#missed.add(id);
    const from = listed.findIndex((id) => this.#known.has(id));
    const due = from < 0 ? [] : listed.slice(from);
    for (const id of due) if (!this.#known.has(id)) this.#missed.add(id);
    this.#onTheirWay = listed.slice(0, from < 0 ? undefined : from).filter((id) => !this.#missed.has(id));
    this.compared += due.filter((id) => !this.#anchors.has(id)).length;
    if (due.length > 0) this.#anchors = new Set([...due, ...this.#anchors].slice(0, anchorCount));
  }
}
