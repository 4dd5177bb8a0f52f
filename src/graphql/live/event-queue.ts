import type { Told } from './cohort-source.js';
import type { KeptResult } from './kept-results.js';

interface Pending<R> {
  readonly record: R;
  readonly about: string | undefined;
  isStarted: boolean;
  /** Once it is executed; empty where it is told to nobody any more. */
  text?: string;
}

/** Events that are executed together, and how many such groups at once. */
const groupEvents = 50;
const groupsAtOnce = 4;

/** Events on their way to be told: executed in groups, and taken in their order. */
export class EventQueue<R extends Told> {
  readonly #waiting: Pending<R>[] = [];
  #active = 0;

  constructor(
    /** Their texts; one execution for each. */
    private readonly tell: (records: readonly R[]) => Promise<KeptResult[]>,
    private readonly aboutOf: (record: R) => string | undefined,
    /** Told when more may be taken. */
    private readonly onReady: () => void,
  ) {}

  get length(): number {
    return this.#waiting.length;
  }

  add(records: readonly R[]): void {
    for (const record of records) this.#waiting.push({ record, about: this.aboutOf(record), isStarted: false });
    this.#startSome();
  }

  /** What waits to be said about something is told to nobody. */
  forget(about: string): void {
    for (const pending of this.#waiting) {
      if (pending.about !== about) continue;
      pending.isStarted = true;
      pending.text = '';
    }
  }

  /** The next results in order, those that are told to nobody included: at most so many, none where the first is not ready. */
  takeReady(most: number): KeptResult[] {
    let count = 0;
    while (count < most && this.#waiting[count]?.text !== undefined) count += 1;
    return this.#waiting.splice(0, count).map(({ record, about, text }) => ({ seq: record.seq, about, text: text! }));
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  #startSome(): void {
    while (this.#active < groupsAtOnce) {
      const group = this.#nextGroup();
      if (group.length === 0) return;
      void this.#start(group);
    }
  }

  #nextGroup(): Pending<R>[] {
    const group: Pending<R>[] = [];
    for (const pending of this.#waiting) {
      if (pending.isStarted) continue;
      group.push(pending);
      if (group.length === groupEvents) break;
    }
    return group;
  }

  async #start(group: readonly Pending<R>[]): Promise<void> {
    for (const pending of group) pending.isStarted = true;
    this.#active += 1;
    const told = await this.tell(group.map(({ record }) => record)).catch(() => []);
    for (const [index, pending] of group.entries()) pending.text ??= told[index]?.text ?? '';
    this.#active -= 1;
    this.#startSome();
    this.onReady();
  }
}
