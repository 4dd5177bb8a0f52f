import type { z } from 'zod';
import type { JsonValue } from '../base/json.js';
import type { Actor } from '../model/activity-log.js';
import type { EntryDraft } from '../model/log-record.js';
import type { PathwayActivity } from '../model/pathway.js';
import type { Backfill } from '../model/source.js';
import type { SourceSystem } from '../model/source-system.js';
import type { Upstream } from './upstream.js';

/**
 * How one outside system is read and written. A connector is a description and pure functions: it holds no state, keeps
 * no time, and reaches nothing but the source's own origin through the `Upstream` that it is handed. What it must
 * remember from one step to the next is its checkpoint.
 */
export interface Connector<S = unknown> {
  readonly system: SourceSystem;
  readonly title: string;
  readonly defaultBaseUrl?: string;
  /** Origins of the system's own, beside the source's, that its calls may go to: where it gives tokens, say. */
  readonly otherOrigins?: readonly string[];
  /** What it wants to know that is no secret, with defaults. */
  readonly settings: z.ZodType<S>;
  readonly secrets: readonly SecretDescription[];
  /** One cheap call that succeeds if and only if the source can be read as it is set up. Throws UpstreamError. */
  readonly test: (session: Session<S>) => Promise<void>;
  /** Reads the source, a step at a time. */
  readonly pull?: (session: Session<S>, checkpoint: Checkpoint | undefined) => Promise<PullStep>;
  /** Takes what the source sends by itself. */
  readonly receive?: Receiver<S>;
  /** Writes into the source what was written to us in its name. */
  readonly write?: Writer<S>;
}

export interface SecretDescription {
  readonly name: string;
  readonly isRequired: boolean;
  /** What it is and where it is found, for the person who sets it. */
  readonly meaning: string;
}

/** What a connector works with, during one step. */
export interface Session<S> {
  readonly settings: S;
  /** By name; only those that are set. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Calls to the source, and to nothing else. */
  readonly upstream: Upstream;
  readonly now: Date;
  /**
   * A value that is costly to get and good for a while, an access token say: kept in memory for the source, and got anew
   * when it has expired or was forgotten.
   */
  remembered(name: string, get: () => Promise<{ readonly value: string; readonly expiresAt: Date }>): Promise<string>;
  forget(name: string): void;
}

export type Checkpoint = { readonly [name: string]: JsonValue };

/** What one step brought. */
export interface PullStep {
  readonly rows: readonly IngestedRow[];
  /** The rows are how something stands, all of it; absent where they are what has happened. */
  readonly snapshot?: Snapshot;
  /** Why texts are no rows of this system, one reason each. They are counted and logged, and reading goes on. */
  readonly rejected?: readonly string[];
  /** Where the next step goes on. Stored once all rows are durably recorded, never before. */
  readonly checkpoint: Checkpoint;
  /** Nothing more to read for now. */
  readonly isCaughtUp: boolean;
  /** Whatever the source had up to this instant was in this step or before. */
  readonly coveredUntil?: Date;
  /** While it reads the past. */
  readonly backfill?: Backfill;
}

/**
 * What a source that keeps no history tells of one thing: how it stands. A row of it becomes an entry where it is not as the
 * last entry of that row says; one that is not there any more becomes an entry that says so.
 */
export interface Snapshot {
  /** Of what it is, unlike any other of the source. */
  readonly name: string;
  readonly seenAt: Date;
  /** The pathway that it tells of. */
  readonly pathway?: SourcePathway;
}

/** A pathway in the words of its source. */
export interface SourcePathway {
  /** The system's own id. */
  readonly id: string;
  readonly name: string;
  /** In order, each once. */
  readonly activities: readonly SourcePathwayActivity[];
  readonly enrolled: readonly { readonly actor: SourceActor; readonly groups: readonly string[] }[];
}

export interface SourcePathwayActivity extends Omit<PathwayActivity, 'activityId'> {
  /** The system's own id. */
  readonly id: string;
  readonly name: string;
}

/** One row of a source as an entry of the log. */
export interface IngestedRow {
  /** Unique within the source; a repeat is recognised by it. Of a snapshot's row: what is the same while it changes. */
  readonly nativeKey: string;
  /** Over what the system never changes of a row once it is there. Of a snapshot's row: over what an entry tells of it. */
  readonly contentHash: string;
  /** What the connector's writer would have answered for it. Absent: its native id. */
  readonly upstreamId?: string;
  readonly entry: Omit<EntryDraft['entry'], 'source' | 'connectionId' | 'actor' | 'activityRef'>;
  readonly actor: SourceActor;
  /** The system's own id of what was done, where it has definitions. */
  readonly activityId?: string;
  /** Names of fields and words that the mapping does not know; they are in `native`. */
  readonly drift?: readonly string[];
}

/** Whom a row names. */
export interface SourceActor extends Omit<Actor, 'key'> {
  /** The system vouches for the email. */
  readonly isEmailVerified?: boolean;
  /** What sets them apart where the system tells neither an id nor an email. */
  readonly identity?: string;
}

/** A delivery's headers, lower-case names. */
export type DeliveryHeaders = Readonly<Record<string, string | undefined>>;

export interface Receiver<S> {
  /** The secret's name by which a delivery is verified. */
  readonly secret: string;
  /** Whether the source with this secret sent these bytes. Compares in constant time. */
  verify(headers: DeliveryHeaders, rawBody: Uint8Array, secret: string): boolean;
  /** What a delivery says: rows to record, or that there is something to pull. Throws MalformedDelivery. */
  read(rawBody: Uint8Array, headers: DeliveryHeaders, settings: S): Delivered;
}

export interface Delivered {
  readonly rows: readonly IngestedRow[];
  /** As of a step. */
  readonly rejected?: readonly string[];
  /** The source has news: look now. */
  readonly pullNow?: boolean;
}

/** What was written to us and is to be written to the source. */
export interface UpstreamWrite {
  /** Unique for the entry, and the same at every try. */
  readonly entryId: string;
  readonly nativeId?: string;
  /** The JSON text that was posted. */
  readonly native: string;
  readonly occurredAtMicros: number;
  /** Whom it names, in the words of its poster. */
  readonly userId?: string;
  /** A try of it may have reached the source before. */
  readonly isRepeat: boolean;
}

/** What of the source is to be removed there. */
export interface UpstreamRow {
  /** What `create` answered; of a row that was pulled, its native id. */
  readonly upstreamId: string;
  readonly occurredAtMicros: number;
  readonly serial?: string;
  readonly platform?: string;
}

export interface Writer<S> {
  /** Creates it there, exactly once however often it is tried; answers the id that the source knows it by. */
  create(session: Session<S>, write: UpstreamWrite): Promise<{ readonly upstreamId: string }>;
  /**
   * The id of what an earlier try of the write made there; undefined where none did. `create` uses the same on a repeat.
   * Absent where the system recognises repeats by itself, or tells nothing of what it holds.
   */
  find?(session: Session<S>, write: UpstreamWrite): Promise<string | undefined>;
  /** Removes it there, and nothing else; one that is not there is removed. Absent where the system cannot. */
  remove?(session: Session<S>, row: UpstreamRow): Promise<void>;
}
