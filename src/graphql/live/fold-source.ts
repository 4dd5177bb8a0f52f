import type { FeedPlace } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { FoldReader } from '../../log/place.js';
import type { Generation } from '../../store/fold-states.js';
import type { Cohort } from './cohort.js';
import type { CohortHome } from './cohort-maker.js';
import type { SourcePage, Telling, Told } from './cohort-source.js';
import { patiently } from './patience.js';
import type { FoldRecord, Followed } from './topic.js';

export interface FoldSourceParts {
  readonly workspaceId: Id;
  readonly fold: string;
  readonly followed: Followed;
  readonly folds: Pick<FoldReader, 'follow' | 'serving'>;
  readonly logger: Logger;
  /** Where it begins. */
  readonly start: Generation;
  /** Told when it can no longer be followed from here. */
  onEnded(): void;
}

const pageRecords = 200;

/** What a fold makes of one thing, for all who follow it: each time that the fold gets further, what changed is read once. */
export class FoldSource implements CohortHome<FoldRecord> {
  readonly #cohorts = new Map<string, Cohort<FoldRecord>>();
  readonly #stop: () => void;
  /** Everything up to its number was told to the cohorts. */
  #told: Generation;
  #latest: Generation;
  #isReading = false;
  #isClosed = false;

  constructor(private readonly parts: FoldSourceParts) {
    this.#told = parts.start;
    this.#latest = parts.start;
    this.#stop = parts.folds.follow(parts.workspaceId, parts.fold, (place) => this.#move(place));
  }

  get place(): FeedPlace {
    const { epoch, seq } = this.#told;
    return { workspaceId: this.parts.workspaceId, epoch, seq };
  }

  get cohorts(): Iterable<Cohort<FoldRecord>> {
    return this.#cohorts.values();
  }

  get isEmpty(): boolean {
    return this.#cohorts.size === 0;
  }

  find(key: string): Cohort<FoldRecord> | undefined {
    return this.#cohorts.get(key);
  }

  add(cohort: Cohort<FoldRecord>): void {
    this.#cohorts.set(cohort.key, cohort);
  }

  remove(cohort: Cohort<FoldRecord>): void {
    this.#cohorts.delete(cohort.key);
  }

  readAfter(seq: number, limit: number): Promise<SourcePage<FoldRecord>> {
    return this.#read(this.#told, seq, limit);
  }

  /** What was told so far is told to nobody again as it was: who goes on from before is told what is read by then. */
  forget(): void {
    for (const cohort of this.#cohorts.values()) cohort.reinterpret(foldTelling, this.#told.seq);
  }

  close(error?: unknown): void {
    this.#isClosed = true;
    this.#stop();
    for (const cohort of [...this.#cohorts.values()]) cohort.end(error);
  }

  #move(place: Generation): void {
    if (this.#isClosed) return;
    if (place.epoch !== this.#told.epoch) {
      this.parts.onEnded();
      this.close(new CodedError('CURSOR_UNKNOWN', 'The log was restored since; load afresh without it', 'after'));
      return;
    }
    this.#latest = place;
    if (this.#isReading) return;
    if (this.#told.seq < place.seq) void this.#readOn();
    // The same, in documents that were made anew.
    else this.#told = { ...place, seq: this.#told.seq };
  }

  async #readOn(): Promise<void> {
    this.#isReading = true;
    try {
      while (!this.#isClosed && this.#told.seq < this.#latest.seq) await this.#tell(this.#latest);
      // Another generation may have taken over meanwhile, of the same number.
      this.#told = { ...this.#latest, seq: this.#told.seq };
    } catch (error) {
      this.parts.onEnded();
      this.close(error);
    }
    this.#isReading = false;
  }

  async #tell(latest: Generation): Promise<void> {
    const { logger } = this.parts;
    for (let from = this.#told.seq; from < latest.seq; ) {
      const page = await patiently(
        () => this.#read(latest, from, pageRecords),
        () => this.#isClosed,
        logger,
      );
      if (this.#isClosed) return;
      from = page.through;
      this.#told = { ...latest, seq: from };
      for (const cohort of this.#cohorts.values()) cohort.tell(page.records, page.through);
    }
  }

  /** Of a generation that another took over from meanwhile nothing may be left, and nothing is not what changed. */
  async #changedAfter(known: Generation, after: number, most: number): Promise<readonly FoldRecord[]> {
    const { workspaceId, fold, folds, followed } = this.parts;
    for (let read = known; ; ) {
      const records = await followed.changedAfter(read, after, most);
      const serving = await folds.serving(workspaceId, fold);
      if (serving.generation === read.generation || serving.epoch !== read.epoch) return records;
      read = { ...serving, seq: known.seq };
    }
  }

  async #read(generation: Generation, after: number, limit: number): Promise<SourcePage<FoldRecord>> {
    const most = Math.max(1, Math.ceil(limit));
    const records = await this.#changedAfter(generation, after, most);
    const isWhole = records.length < most;
    const through = isWhole ? Math.max(after, generation.seq) : records.at(-1)!.seq;
    const next = (index: number) =>
      records[index + 1] ?? (isWhole ? { seq: Math.floor(generation.seq) + 1 } : undefined);
    return { records: records.map((record, index) => placed(record, next(index))), through };
  }
}

/** The last that one record of the log changed has that record's number: from there one goes on behind all of them. */
function placed(record: FoldRecord, next: Told | undefined): FoldRecord {
  const seq = Math.ceil(record.seq);
  const isLast = next !== undefined && Math.ceil(next.seq) > seq;
  return isLast && seq !== record.seq ? { ...record, seq, eventAt: (cursor) => record.eventAt(cursor) } : record;
}

/** What a fold changed is told in its latest state alone. */
export const foldTelling: Telling<FoldRecord> = {
  isTold: () => true,
  eventOf: (record, cursor) => record.eventAt(cursor),
  aboutOf: ({ about }) => about,
  supersedes: ({ about }) => about,
};
