import type { ResolvedFilter } from '../model/activity-log-filter.js';
import type { ExportedEntry } from '../model/exported-entry.js';
import { type LogWindow, windowConditions } from './activity-log-query.js';
import { seqIndex } from './activity-logs.js';
import type { Store } from './connect.js';
import { type LogDocument, toEntry } from './log-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** How much one step of a walk may take: numbers of the log looked at, entries answered, characters of their own JSON. */
export interface WalkLimits {
  readonly numbers: number;
  readonly entries: number;
  readonly characters: number;
}

/** One step of a walk. */
export interface WalkStep {
  readonly entries: readonly ExportedEntry[];
  /** Everything of the window up to this number was looked at. */
  readonly through: number;
}

const usualLimits: WalkLimits = { numbers: 20_000, entries: 500, characters: 4 * 1024 * 1024 };

/** Walks the log from end to end, as bulk readers do: each step is bounded, however little of the log is wanted. */
export class ActivityLogWalk {
  readonly #logs;
  readonly #limits: WalkLimits;

  constructor(store: Store, limits: Partial<WalkLimits> = {}) {
    this.#logs = store.collection<LogDocument>('activity_logs');
    this.#limits = { ...usualLimits, ...limits };
  }

  /** What follows a number, in the order of recording. @throws CodedError QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  step(window: LogWindow, filter: ResolvedFilter, after: number): Promise<WalkStep> {
    const firstSeq = Math.max(window.firstSeq, after + 1);
    const seq = Math.min(window.seq, firstSeq + this.#limits.numbers - 1);
    return read(async () => {
      const found = this.#logs.find(
        { $and: windowConditions({ ...window, firstSeq, seq }, filter) },
        {
          sort: { seq: 1 },
          limit: this.#limits.entries,
          batchSize: this.#limits.entries,
          hint: seqIndex,
          maxTimeMS: defaultMaxTimeMs,
          projection: { words: 0 },
        },
      );
      const entries: ExportedEntry[] = [];
      let characters = 0;
      for await (const document of found) {
        entries.push(toExported(document));
        characters += (document.native?.length ?? 0) + (document.additionalData?.length ?? 0);
        if (characters >= this.#limits.characters) break;
      }
      const isCut = entries.length === this.#limits.entries || characters >= this.#limits.characters;
      return { entries, through: isCut ? entries.at(-1)!.entry.seq : seq };
    });
  }
}

const toExported = (document: LogDocument): ExportedEntry => ({
  entry: toEntry(document),
  ...(document.nativeKey !== undefined && { nativeKey: document.nativeKey }),
  ...(document.contentHash && { contentHash: Buffer.from(document.contentHash.buffer).toString('hex') }),
});
