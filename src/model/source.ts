import type { LogPosition } from '../base/cursor.js';
import type { Id } from '../base/ids.js';
import type { JsonValue } from '../base/json.js';
import type { SourceSystem } from './source-system.js';

/** One account of an outside system that a workspace has connected. Its id is the `connectionId` of what it brings. */
export interface Source {
  readonly id: Id;
  readonly workspaceId: Id;
  readonly system: SourceSystem;
  /** What people call it, unique in the workspace. */
  readonly name: string;
  /** Where its API is. No call made for it goes to another origin. */
  readonly baseUrl: string;
  /** What its connector wants to know and everybody who manages sources may read. */
  readonly settings: { readonly [name: string]: JsonValue };
  /** Which of its secrets are set. They can be replaced and used, never read. */
  readonly secretNames: readonly string[];
  readonly isPaused: boolean;
  /** Whether the emails that it gives count as verified though it does not say so. */
  readonly trustsEmails: boolean;
  /** Whether what is created or removed through us in its system's name goes to it, too. At most one of a system does. */
  readonly writesThrough: boolean;
  /** Whether deliveries are taken though there is no secret to verify them by. */
  readonly acceptsUnsigned: boolean;
  /** Whether an administrator vouches for its origin though that is on this machine or its network. Lost with the origin. */
  readonly allowsPrivateOrigin?: boolean;
  /** How long after one look the next one is due, in milliseconds. */
  readonly everyMs: number;
  /** Grows with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What became of what a source brought, since it was connected. */
export interface SourceCounts {
  readonly pages: number;
  readonly rows: number;
  readonly recorded: number;
  /** Rows that were there already: overlaps and repeats. */
  readonly duplicates: number;
  /** Rows whose key is taken by other content; the first is kept. */
  readonly conflicts: number;
  /** Rows that are no rows of this system; their text is in the log of the process. */
  readonly rejected: number;
  /** Rows with a field or word that the mapping does not know; they are kept whole. */
  readonly drifted: number;
}

/** Why a source could not be read, in plain words. */
export interface SourceFault {
  readonly kind: UpstreamFaultKind;
  readonly message: string;
  readonly at: Date;
}

/** The class of a fault is the decision whether to try again. */
export const upstreamFaults = {
  /** Nobody answers, the answer breaks off, or the system has a fault of its own. */
  UNREACHABLE: { retries: true },
  /** The system asks for patience. */
  RATE_LIMITED: { retries: true },
  /** An answer that is not what the system documents: a proxy's page, another shape, the same page for ever. */
  MALFORMED: { retries: true },
  /** Our own store could not take it. */
  STORE: { retries: true },
  /** The system does not accept the credential, or what was asked: until somebody changes it, it never will. */
  REFUSED: { retries: false },
  /** An address that calls may not go to. */
  BLOCKED: { retries: false },
  /** The source's own settings or secrets do not suffice. */
  MISCONFIGURED: { retries: false },
} as const;
export type UpstreamFaultKind = keyof typeof upstreamFaults;

/** How far a long look into the past has come. */
export interface Backfill {
  readonly from: Date;
  readonly to: Date;
  /** Everything before it has been read. */
  readonly at: Date;
}

/** How the reading of a source stands. Written by whoever holds its lease, never with an older number than it carries. */
export interface SourceState {
  readonly sourceId: Id;
  readonly workspaceId: Id;
  /** The lease's number under which it was written last. */
  readonly fence: number;
  /** Where reading goes on, in its connector's own words (JSON text). Covers only what is durably recorded. */
  readonly checkpoint?: string;
  /** Where writing through goes on: the log up to this number, of this epoch, is written into the source. */
  readonly writtenThrough?: LogPosition;
  /** Whatever the source had up to this instant is recorded. */
  readonly coveredUntil?: Date;
  readonly backfill?: Backfill;
  readonly lastAttemptAt?: Date;
  readonly lastSuccessAt?: Date;
  /** When the newest entry that it brought had happened. */
  readonly lastEntryAt?: Date;
  readonly fault?: SourceFault;
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** When it is to be read again; absent: not before somebody changes it. */
  readonly nextAttemptAt?: Date;
  readonly counts: SourceCounts;
  /** The unknown fields and words that were seen, some of them. */
  readonly driftNames: readonly string[];
}

export const sourceStatuses = ['NEW', 'BACKFILLING', 'CURRENT', 'BEHIND', 'FAILING', 'PAUSED'] as const;
export type SourceStatus = (typeof sourceStatuses)[number];

export const noCounts: SourceCounts = {
  pages: 0,
  rows: 0,
  recorded: 0,
  duplicates: 0,
  conflicts: 0,
  rejected: 0,
  drifted: 0,
};

/** A source that was read this many times its interval ago is behind. */
const patience = 3;
/** No source is called behind sooner than this: looks take time, and clocks differ. */
const leastPatienceMs = 15_000;

/** How much of the source's present may be missing here, in milliseconds; undefined where nothing was read yet. */
export const lagMs = (state: SourceState, now: Date): number | undefined =>
  state.coveredUntil && Math.max(0, now.getTime() - state.coveredUntil.getTime());

/** What a source's state comes to. A source that only delivers has no state of reading, and is as current as its sender. */
export function statusOf(source: Source, state: SourceState, now: Date): SourceStatus {
  if (source.isPaused) return 'PAUSED';
  if (state.fault && (!upstreamFaults[state.fault.kind].retries || state.failures >= patience)) return 'FAILING';
  const lag = lagMs(state, now);
  if (state.backfill) return 'BACKFILLING';
  if (lag === undefined) return state.fault ? 'FAILING' : 'NEW';
  return lag > Math.max(patience * source.everyMs, leastPatienceMs) ? 'BEHIND' : 'CURRENT';
}

/** Whether lists that rest on it may lack what it has. */
export const isStale = (status: SourceStatus): boolean => status !== 'CURRENT';

/** What became of writing an entry into its source. */
export type UpstreamStatus = 'PENDING' | 'SENT' | 'FAILED';

/** What a system's connector can do. */
const sourceAbilities = ['PULL', 'RECEIVE', 'WRITE', 'DELETE'] as const;
export type SourceAbility = (typeof sourceAbilities)[number];

/** A system as one can connect to it: what it needs to be told. */
export interface SourceDescription {
  readonly system: SourceSystem;
  readonly title: string;
  readonly abilities: readonly SourceAbility[];
  /** Where its API is unless somebody says otherwise. */
  readonly defaultBaseUrl?: string;
  readonly secrets: readonly { readonly name: string; readonly isRequired: boolean; readonly meaning: string }[];
  /** The settings that there are, as JSON Schema describes an object: each with its type, meaning and default. */
  readonly settingsSchema: { readonly [name: string]: JsonValue };
  /**
   * The settings with their defaults filled in.
   * @throws CodedError BAD_USER_INPUT naming the setting below `field`.
   */
  checkSettings(settings: unknown, field: string): { readonly [name: string]: JsonValue };
}
