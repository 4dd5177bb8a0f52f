import type { Id } from '../base/ids.js';
import type { Scope } from './scopes.js';

/** Who is asking, once authenticated. Everything a policy may look at, nothing of the request it came with. */
export interface Viewer {
  readonly workspaceId: Id;
  readonly credentialId: Id;
  /** The credential's version that this viewer was made of; undefined for one that the gateway itself made. */
  readonly credentialVersion?: number;
  /** Under which the keys of what this caller writes lie: `user:<id>` or `client:<id>`. */
  readonly owner: string;
  /** The user that the credential belongs to, if it belongs to one. */
  readonly userId?: Id;
  readonly scopes: ReadonlySet<Scope>;
  /** When the credential or token stops being good; undefined for never. */
  readonly expiresAt?: Date;
}
