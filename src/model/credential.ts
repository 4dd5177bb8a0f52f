import type { Id } from '../base/ids.js';
import type { Scope } from './scopes.js';

/**
 * apiKey: a secret of ours, sent as Bearer. client: an OAuth client id and secret, exchanged for access tokens.
 * basic: the workspace's key and a secret, sent as Basic.
 */
export const credentialKinds = ['API_KEY', 'CLIENT', 'BASIC'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export interface Credential {
  readonly id: Id;
  readonly workspaceId: Id;
  readonly kind: CredentialKind;
  readonly name: string;
  /** A CLIENT's public half; unique in the workspace. */
  readonly clientId?: string;
  readonly scopes: readonly Scope[];
  /** The user it acts as, where it belongs to one. */
  readonly userId?: Id;
  /** Grows with every change; a token of an older version is no longer good. */
  readonly version: number;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
}
