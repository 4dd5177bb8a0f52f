import type { Logger } from '../../base/logger.js';
import type { CohortSource, Told } from './cohort-source.js';
import type { KeptBudget, KeptResult } from './kept-results.js';
import { patiently } from './patience.js';
import type { Readers } from './readers.js';

/** What a cohort tells of a part of what it follows. */
export interface ToldPage {
  /** In order. A text is emptied once what it says is taken back. */
  readonly results: readonly KeptResult[];
  /** Everything up to this number is among them, or is told to nobody. */
  readonly through: number;
}

export interface HistoryParts<R extends Told> {
  readonly source: Pick<CohortSource<R>, 'place' | 'readAfter'>;
  readonly readers: Readers;
  readonly budget: KeptBudget;
  /** How much of what was read a moment ago stays for others, in characters. */
  readonly limit: number;
  readonly logger: Logger;
  /** What is told of records, in their order, without those that are told to nobody. */
  tell(records: readonly R[]): Promise<KeptResult[]>;
  isOver(): boolean;
  onRead(): void;
}

interface Page {
  readonly after: number;
  /** While it is being read, how far it is meant to go. */
  through: number;
  readonly told: Promise<ToldPage>;
  readonly results: KeptResult[];
  /** About what, and before which place. */
  readonly forgotten: Map<string, number>;
  size: number;
  /** Once it was read: until when it stays. What stays is counted. */
  timer?: NodeJS.Timeout;
}

/** Records executed together; between them a page that has grown large ends. */
const groupRecords = 50;
const pageCharacters = 256 * 1024;
/** How long a page stays, in milliseconds: a crowd comes back within seconds, and what is told later is to be looked up anew. */
const recentMs = 5000;

/**
 * The log as a cohort tells it to those who come from before what it kept. Pages are read and executed once for all who
 * need them at about the same time, so that a crowd that comes back costs what one does.
 */
export class History<R extends Told> {
  /** Those used longest ago first. */
  readonly #pages: Page[] = [];
  #size = 0;

  constructor(private readonly parts: HistoryParts<R>) {}

  /**
   * What is told after a place.
   * @param limit records at most, a power of two: pages end at its multiples, so that those who come from different
   * places soon read the same ones.
   * @throws CodedError CURSOR_EXPIRED, CURSOR_UNKNOWN when the log cannot be followed on from there.
   */
  async after(seq: number, limit: number): Promise<ToldPage> {
    for (;;) {
      if (this.parts.isOver()) throw new Error('Nobody is told any more');
      const page = this.#find(seq) ?? this.#begin(seq, limit);
      try {
        const told = await page.told;
        // It may have ended earlier than it was meant to.
        if (told.through > seq || page.after === seq) return told;
      } catch (error) {
        // One that began earlier may fail where ours does not: retention stands in between.
        if (page.after === seq) throw error;
      }
    }
  }

  /** What is said about something before a place is told to nobody from now on. */
  forget(about: string, before: number): void {
    for (const page of this.#pages) {
      page.forgotten.set(about, before);
      const at = page.results.findIndex((result) => result.about === about && result.seq < before);
      if (at < 0) continue;
      const result = page.results[at]!;
      page.results[at] = { ...result, text: '' };
      if (page.timer) this.#count(page, -result.text.length);
    }
  }

  clear(): void {
    for (const page of [...this.#pages]) this.#drop(page);
  }

  #find(seq: number): Page | undefined {
    const at = this.#pages.findIndex((page) => page.after <= seq && seq < page.through);
    if (at < 0) return undefined;
    const [page] = this.#pages.splice(at, 1) as [Page];
    this.#pages.push(page);
    return page;
  }

  #begin(seq: number, limit: number): Page {
    const boundary = (Math.floor(seq / limit) + 1) * limit;
    const through = Math.max(seq, Math.min(boundary, this.parts.source.place.seq));
    const page: Page = {
      after: seq,
      through,
      results: [],
      forgotten: new Map(),
      size: 0,
      told: Promise.resolve().then(() => this.parts.readers.run(() => this.#read(page, boundary - seq))),
    };
    this.#pages.push(page);
    page.told.then(
      () => this.#keep(page),
      () => this.#drop(page),
    );
    return page;
  }

  async #read(page: Page, limit: number): Promise<ToldPage> {
    const { source, tell, isOver, logger, onRead } = this.parts;
    const read = (): ReturnType<CohortSource<R>['readAfter']> => {
      onRead();
      return source.readAfter(page.after, limit);
    };
    const { records, through } = await patiently(read, isOver, logger);
    page.through = through;
    for (let from = 0; from < records.length; from += groupRecords) {
      const group = records.slice(from, from + groupRecords);
      for (const result of await tell(group)) {
        const isForgotten = result.about !== undefined && result.seq < (page.forgotten.get(result.about) ?? 0);
        page.results.push(isForgotten ? { ...result, text: '' } : result);
        page.size += result.text.length;
      }
      if (page.size < pageCharacters || from + groupRecords >= records.length) continue;
      page.through = group.at(-1)!.seq;
      break;
    }
    return page;
  }

  #keep(page: Page): void {
    if (!this.#pages.includes(page)) return;
    page.timer = setTimeout(() => this.#drop(page), recentMs).unref();
    page.size = 0;
    for (const { text } of page.results) this.#count(page, text.length);
    const { limit, budget } = this.parts;
    for (const old of [...this.#pages]) {
      if (this.#size <= limit && budget.used <= budget.limit) return;
      // One that is being read has waiting ones.
      if (old.timer) this.#drop(old);
    }
  }

  #drop(page: Page): void {
    const at = this.#pages.indexOf(page);
    if (at < 0) return;
    this.#pages.splice(at, 1);
    if (!page.timer) return;
    clearTimeout(page.timer);
    this.#count(page, -page.size);
  }

  #count(page: Page, characters: number): void {
    page.size += characters;
    this.#size += characters;
    this.parts.budget.used += characters;
  }
}
