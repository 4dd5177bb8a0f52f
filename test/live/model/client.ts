import { decodeFeedCursor } from '../../../src/base/cursor.js';
import { CodedError } from '../../../src/base/errors.js';
import type { Follower } from '../../../src/graphql/live/follower.js';
import type { Outlet } from '../../../src/graphql/live/outlet.js';
import type { LogRecord } from '../../../src/model/log-record.js';
import type { ModelCohort } from './cohorts.js';
import type { SimLog } from './log.js';

interface Told {
  readonly seq: number;
  readonly type: 'RECORDED' | 'REMOVED';
  readonly entryId: string;
  readonly reader: string | null;
}

/** Texts are the same for many; each is read once. */
const known = new Map<string, Told>();
function read(text: string): Told {
  const told = known.get(text) ?? parse(text);
  known.set(text, told);
  return told;
}
/** The place of what a text tells. */
export const seqOf = (text: string): number => read(text).seq;

function parse(text: string): Told {
  const { cursor, activityLogId, ...rest } = JSON.parse(text).data.activityLogged;
  return { ...rest, seq: decodeFeedCursor(cursor, 'cursor').seq, entryId: activityLogId };
}

/** One that follows, comes back where it was cut off, and notes what it was told over all its subscriptions. */
export class Client implements Outlet {
  readonly told = new Map<number, Told['type']>();
  follower: Follower | undefined;
  /** Whether it left for good. */
  hasLeft = false;
  error: unknown;
  /** Its log was restored. */
  isToEnd = false;
  /** Everything up to here it had, whenever somebody looked. */
  lastSeq: number;
  /** Removed, as this process knew, before the present subscription began. */
  #tooLate = new Set<string>();
  #credits = 0;
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #lastTold: number;

  constructor(
    readonly name: string,
    public cohort: ModelCohort,
    readonly start: number,
    private readonly log: SimLog,
    private readonly wrong: (what: string) => void,
  ) {
    this.lastSeq = start;
    this.#lastTold = start;
  }

  get isFollowing(): boolean {
    return this.follower !== undefined && this.error === undefined && !this.hasLeft;
  }

  /** A new subscription at its place. */
  subscribe(): void {
    this.#tooLate = new Set([...this.log.entries.keys()].filter((id) => this.log.knowsRemovalOf(id)));
    this.follower = this.cohort.follow(this, this.lastSeq);
    const { follower } = this;
    follower.next().catch((error: unknown) => {
      if (follower !== this.follower) return;
      this.error = error;
      this.#judgeEnd(error);
    });
  }

  cut(): void {
    this.look();
    void this.follower?.return();
    this.follower = undefined;
    this.#drain();
  }

  leave(): void {
    this.cut();
    this.hasLeft = true;
  }

  moveTo(cohort: ModelCohort): void {
    this.cohort = cohort;
    this.follower!.moveTo(cohort.cohort);
  }

  /** Its place only grows. */
  look(): void {
    if (!this.follower) return;
    const { lastSeq } = this.follower;
    if (lastSeq < this.lastSeq) this.wrong(`${this.name} stood at ${this.lastSeq} and stands at ${lastSeq}`);
    this.lastSeq = lastSeq;
  }

  isReady(): boolean {
    return this.#credits > 0;
  }

  whenReady(): Promise<void> {
    if (!this.#drained) {
      let resolve!: () => void;
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.#drained = { promise, resolve };
    }
    return this.#drained.promise;
  }

  /** How much it takes from now on. */
  take(credits: number): void {
    this.#credits = credits;
    if (credits > 0) this.#drain();
  }

  send(text: string): void {
    const { seq, type, entryId, reader } = read(text);
    if (!this.isReady()) this.wrong(`${this.name} was sent ${seq} though it takes nothing`);
    if (!this.isFollowing) this.wrong(`${this.name} was told ${seq} though it does not follow`);
    if (seq <= this.#lastTold) this.wrong(`${this.name} was told ${seq} after ${this.#lastTold}`);
    if (reader !== null && reader !== this.cohort.reader) {
      this.wrong(`${this.name} was told ${seq} as ${reader} sees it, being ${this.cohort.reader}`);
    }
    if (type === 'RECORDED' && this.#tooLate.has(entryId)) {
      this.wrong(`${this.name} was told of ${seq}, which was removed before it began`);
    }
    this.#lastTold = Math.max(this.#lastTold, seq);
    this.told.set(seq, type);
    this.#credits -= 1;
  }

  /** Of everything up to where it says that it is: each that survives, each removal, and nothing that is not for it. */
  judge(): void {
    for (const record of this.log.records) {
      const { seq } = record;
      if (seq <= this.start || seq > this.lastSeq) {
        if (this.told.has(seq)) this.wrong(`${this.name} was told ${seq}, which is not in its part`);
        continue;
      }
      const [must, may] = this.#dueOf(record);
      const told = this.told.get(seq);
      if (told !== must && !(told === may && must === undefined)) {
        this.wrong(`${this.name} was told ${told ?? 'nothing'} at ${seq}, not ${must ?? may ?? 'nothing'}`);
      }
    }
  }

  #dueOf(record: LogRecord): [must: Told['type'] | undefined, may?: Told['type']] {
    if (record.kind === 'removed') return [this.cohort.selects(record.target.action) ? 'REMOVED' : undefined];
    if (record.kind !== 'entry') return [undefined];
    if (!this.cohort.selects(this.log.entries.get(record.id)!.action)) return [undefined];
    return this.log.isGone(record.id) ? [undefined, 'RECORDED'] : ['RECORDED'];
  }

  #judgeEnd(error: unknown): void {
    const code = error instanceof CodedError ? error.code : undefined;
    const isExpired = code === 'CURSOR_EXPIRED' && this.lastSeq < this.log.firstSeq - 1;
    if (!isExpired && !(code === 'CURSOR_UNKNOWN' && this.log.epoch > 1)) {
      this.wrong(`${this.name} at ${this.lastSeq} ended, the log beginning at ${this.log.firstSeq}: ${error}`);
    }
  }

  #drain(): void {
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.resolve();
  }
}
