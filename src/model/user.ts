import type { Id } from '../base/ids.js';
import type { IdentityKey } from './identity.js';

export interface User {
  readonly id: Id;
  readonly workspaceId: Id;
  readonly name: string;
  readonly email?: string;
  readonly username?: string;
  /** Every identity under which entries may name this person, among them its own id and its emails. */
  readonly identities: readonly IdentityKey[];
  /** Emails among them that a source vouched for. Any other was given by hand, and no source takes it away. */
  readonly vouched?: readonly VouchedEmail[];
  /** Everybody who was merged into this person, whether at once or by way of another. */
  readonly mergedFrom?: readonly MergedUser[];
  /** When what they are called was erased: no source fills it in again. */
  readonly erasedAt?: Date;
  /** The log's number of the last change. */
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** That a source says this email is its owner's, verified. */
export interface VouchedEmail {
  /** What the source calls the owner. */
  readonly by: IdentityKey;
  readonly email: string;
}

/** A person as they were when merged into another: all that is needed to take the two apart again. */
export interface MergedUser {
  readonly id: Id;
  /** Into whom, at first: the person they are part of may be another by now. */
  readonly into: Id;
  readonly name: string;
  readonly email?: string;
  readonly username?: string;
  /** Those that came with this person, without those of people merged into them before. */
  readonly identities: readonly IdentityKey[];
  /** The other had no short name and took this person's. */
  readonly gaveUsername?: true;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly mergedAt: Date;
}
