import { badInput, CodedError } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import { type CredentialKind, credentialKinds } from '../../model/credential.js';
import { expandScopes, type Scope } from '../../model/scopes.js';
import { checkId, checkRequiredText } from '../input/checks.js';

export interface CreateCredentialInput {
  readonly kind: CredentialKind;
  /** What people know it by. */
  readonly name: string;
  /** Scopes, or Thrive's names for groups of them. */
  readonly scopes: readonly string[];
  /** The user it acts as. */
  readonly userId?: Id | null;
  /** For a CLIENT only; absent: its id. */
  readonly clientId?: string | null;
  /** Absent: it never expires. */
  readonly expiresAt?: Date | null;
}

export interface CheckedCredential {
  readonly kind: CredentialKind;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly userId?: Id;
  readonly clientId?: string;
  readonly expiresAt?: Date;
}

const maxNameLength = 200;
/** Needs no escaping in a form, a Basic header or a log. */
const clientIdPattern = /^[A-Za-z0-9._~-]{1,100}$/;

/** @throws CodedError BAD_USER_INPUT naming the field. */
export function checkCredential(input: CreateCredentialInput, id: Id, now: Date): CheckedCredential {
  const { kind } = input;
  if (!credentialKinds.includes(kind))
    throw badInput('input.kind', `kind must be one of ${credentialKinds.join(', ')}`);
  const userId = checkId(input.userId, 'input.userId');
  const expiresAt = input.expiresAt ?? undefined;
  if (expiresAt !== undefined && !(expiresAt > now))
    throw badInput('input.expiresAt', 'expiresAt must be in the future');
  return {
    kind,
    name: checkRequiredText(input.name, 'input.name', maxNameLength).trim(),
    scopes: checkScopes(input.scopes, userId),
    ...(userId === undefined ? {} : { userId }),
    ...(kind === 'CLIENT' ? { clientId: checkClientId(input.clientId ?? id) } : noClientId(input.clientId)),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function checkScopes(names: readonly string[], userId: Id | undefined): Scope[] {
  if (names.length === 0) throw badInput('input.scopes', 'A credential needs at least one scope');
  const unknown = names.find((name) => !expandScopes([name]));
  if (unknown !== undefined) throw badInput('input.scopes', `The scope ${JSON.stringify(unknown)} does not exist`);
  const scopes = expandScopes(names)!;
  const own = scopes.find((scope) => scope.endsWith(':own'));
  if (own && userId === undefined) throw badInput('input.scopes', `${own} is for a credential that belongs to a user`);
  return scopes;
}

function checkClientId(clientId: string): string {
  if (clientIdPattern.test(clientId)) return clientId;
  throw badInput('input.clientId', 'clientId must be 1 to 100 letters, digits, dots, dashes, underscores or tildes');
}

function noClientId(clientId: string | null | undefined): Record<string, never> {
  if (clientId === null || clientId === undefined) return {};
  throw badInput('input.clientId', 'Only a CLIENT has a clientId');
}

/** @throws CodedError FORBIDDEN naming the first scope that the giver does not have. */
export function refuseBeyond(beyond: Scope | undefined): void {
  if (beyond === undefined) return;
  throw new CodedError('FORBIDDEN', `This credential lacks the scope ${beyond}, so it cannot give it`, 'input.scopes');
}
