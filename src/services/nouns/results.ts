import type { ErrorCode } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Viewer } from '../../model/viewer.js';

/** What a batch look-up needs of whoever asks: enough to authorise, nothing of one request. */
export type ReaderContext = Pick<Viewer, 'workspaceId' | 'scopes' | 'userId'>;

/** A noun after a change, and the place of the change in the log. */
export interface Changed<T> {
  readonly node: T;
  readonly seq: number;
  /** A FeedCursor. */
  readonly cursor: string;
}

/** One item's part of a batch: the node, or why there is none. */
export interface ChangedItem<T> {
  readonly node?: T;
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly field?: string };
}

export interface ChangedMany<T> {
  /** In the order of the inputs. */
  readonly results: readonly ChangedItem<T>[];
  readonly cursor: string;
}

export interface RemovedNoun {
  readonly deletedId: Id;
  readonly seq: number;
  readonly cursor: string;
}
