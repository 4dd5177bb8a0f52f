import type { Id } from '../base/ids.js';
import type { ActivityLog, FilterFields } from './activity-log.js';
import type { SourceSystem } from './source-system.js';

/**
 * A change that a fold or a noun depends on, appended so that it has a place in the log.
 * `payload` is JSON text that only the noun's own code reads.
 */
export interface ControlChange {
  readonly noun: string;
  readonly change: string;
  readonly subjectId: Id;
  readonly payload?: string;
}

/** The four kinds of what stands in a log. A closed union: adding one makes the compiler list every switch. */
export type LogRecord =
  | {
      readonly kind: 'entry';
      readonly id: Id;
      readonly seq: number;
      /** Absent once the entry is removed: its place stays, its content does not. */
      readonly entry?: ActivityLog;
      /** What `search` finds it by. */
      readonly words?: readonly string[];
    }
  | {
      readonly kind: 'removed';
      readonly id: Id;
      readonly seq: number;
      readonly targetId: Id;
      readonly target: FilterFields;
    }
  | { readonly kind: 'void'; readonly id: Id; readonly seq: number }
  | { readonly kind: 'control'; readonly id: Id; readonly seq: number; readonly control: ControlChange };

/** Everything of one source, up to a number, is being removed: nobody sees it any more, though the log still holds it. */
export interface Erasure {
  readonly source: SourceSystem;
  readonly through: number;
}

/** What a caller hands to the recorder: a record without its place. Its id is chosen once and kept over every try. */
export type LogDraft = EntryDraft | RemovalDraft | ControlDraft;

interface DraftKey {
  readonly id: Id;
  /** Under which a repeat is recognised, unique per (source, connectionId). Absent: never a repeat. */
  readonly nativeKey?: string;
  /** SHA-256 (hex) over what must be equal for a repeat to count as the same. */
  readonly contentHash?: string;
}

export interface EntryDraft extends DraftKey {
  readonly kind: 'entry';
  readonly entry: Omit<ActivityLog, 'id' | 'workspaceId' | 'seq' | 'recordedAt'>;
}

export interface RemovalDraft extends DraftKey {
  readonly kind: 'removed';
  readonly targetId: Id;
  readonly target: FilterFields;
}

export interface ControlDraft extends DraftKey {
  readonly kind: 'control';
  readonly control: ControlChange;
}

/** What became of a draft. Given only once it is durable. */
export type Appended =
  | { readonly outcome: 'RECORDED'; readonly id: Id; readonly seq: number; readonly recordedAt: Date }
  | { readonly outcome: 'DUPLICATE'; readonly id: Id; readonly seq: number; readonly removed: boolean }
  | { readonly outcome: 'CONFLICT'; readonly id: Id; readonly seq: number };
