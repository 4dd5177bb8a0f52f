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
  /** The log's number of the last change. */
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
