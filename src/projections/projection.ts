import type { Id } from '../base/ids.js';
import type { LogRecord } from '../model/log-record.js';
import type { Inherited } from '../store/fold-states.js';

/**
 * A fold of the log: its documents can be made again from the log alone.
 *
 * The law: rebuilt from the log is the same as lived through. So a fold reads the records that it is handed, its own
 * documents, and the log itself where something was removed from it; nothing else.
 */
export interface Projection {
  readonly name: string;
  /** Raised when what it makes changes: a new generation is built beside the old one and then takes its place. */
  readonly version: number;
  /**
   * Takes over what entries said that retention erased, from the generation that is read into one that begins: before
   * anything is folded into it, and again where who did so was killed. Absent of a fold that forgets it when made anew.
   */
  inherit?(place: FoldPlace, from: Inherited): Promise<void>;
  /** Opens it where the documents of a generation stand; at number 0 there are none. */
  open(place: FoldPlace): Promise<Fold>;
  /** Erases documents of a generation that nobody reads any more, some at a time. Answers whether more is left. */
  erase(workspaceId: Id, generation: number): Promise<boolean>;
}

/** Which documents, and which number of the log they reflect. */
export interface FoldPlace {
  readonly workspaceId: Id;
  readonly generation: number;
  readonly seq: number;
  /** How many have held the lease so far: of two who write, the one with more is right. */
  readonly holder: number;
  /** False once somebody else may hold the lease: then nothing more is written. Absent: nobody else can. */
  readonly isHeld?: () => boolean;
}

export interface Fold {
  /**
   * Takes the records that follow, in order, and answers once its documents reflect everything through a number.
   * It may be killed in between and run again by another process, from the checkpoint and with pages cut elsewhere, while
   * the one that lost its lease still writes: so each document carries the number of the record that last changed it and who
   * wrote it, and is written only over a lower number, or over the same by who held the lease before; over what somebody who
   * holds it later wrote, never.
   * Records of entries come without the sources' own texts; one that is removed by now comes without its entry.
   */
  apply(records: readonly LogRecord[], through: number): Promise<void>;
}
