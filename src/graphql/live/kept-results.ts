/** One event as its cohort told it. */
export interface KeptResult {
  readonly seq: number;
  /** What it is about, where a later one can take back what it says. */
  readonly about: string | undefined;
  readonly text: string;
}

/** What all cohorts of a process may keep together, in characters. */
export class KeptBudget {
  used = 0;

  constructor(readonly limit: number) {}
}

/**
 * A cohort's last results, so that who was away for a moment gets them without a look at the log.
 * The law: whatever the cohort released above `from` is here, but for what was taken back since.
 */
export class KeptResults {
  #results: KeptResult[] = [];
  #first = 0;
  #size = 0;

  constructor(
    private from: number,
    private readonly limit: number,
    private readonly budget: KeptBudget,
  ) {}

  /** Whether everything after a place is here. */
  covers(seq: number): boolean {
    return seq >= this.from;
  }

  add(result: KeptResult): void {
    this.#results.push(result);
    this.#count(result.text.length);
    while (this.#size > this.limit || (this.budget.used > this.budget.limit && this.#size > 0)) this.#dropOldest();
  }

  /** What was released after a place, in order. */
  *after(seq: number): Generator<KeptResult> {
    for (let at = this.#indexAfter(seq); at < this.#results.length; at += 1) {
      const result = this.#results[at]!;
      if (result.text !== '') yield result;
    }
  }

  /** What was said last about something is told to nobody any more. */
  purge(about: string): void {
    const at = this.#results.findLastIndex((result) => result.about === about);
    if (at < this.#first) return;
    this.#count(-this.#results[at]!.text.length);
    this.#results[at] = { ...this.#results[at]!, text: '' };
  }

  /** Keeps nothing of what is up to a place. */
  clear(upTo: number): void {
    this.#count(-this.#size);
    this.from = upTo;
    this.#results = [];
    this.#first = 0;
  }

  #dropOldest(): void {
    const oldest = this.#results[this.#first]!;
    this.#count(-oldest.text.length);
    this.from = oldest.seq;
    this.#first += 1;
    if (this.#first < 1000 && this.#first < this.#results.length) return;
    this.#results = this.#results.slice(this.#first);
    this.#first = 0;
  }

  #count(characters: number): void {
    this.#size += characters;
    this.budget.used += characters;
  }

  #indexAfter(seq: number): number {
    let low = this.#first;
    let high = this.#results.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#results[middle]!.seq > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
