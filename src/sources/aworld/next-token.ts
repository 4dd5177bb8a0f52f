import { createHash } from 'node:crypto';
import type { LogPosition } from '../../base/cursor.js';
import { badInput } from '../../base/errors.js';
import { isJsonObject } from '../../base/json.js';

/** What a list must have in common with the one that its nextToken comes from. */
export interface ListTerms {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** Whose logs they are. */
  readonly whose: string;
}

/** A place in a list, and the list's terms: AWorld's own tokens are good with the same limit only. */
export function encodeNextToken(terms: ListTerms, { epoch, seq }: LogPosition): string {
  return Buffer.from(JSON.stringify({ ...said(terms), epoch, seq })).toString('base64url');
}

/** @throws CodedError BAD_USER_INPUT naming `nextToken` or the parameter in which it differs. */
export function decodeNextToken(token: string, terms: ListTerms): LogPosition {
  const held = fieldsOf(token);
  const { epoch, seq } = held ?? {};
  if (!held || !Number.isSafeInteger(epoch) || !Number.isSafeInteger(seq)) throw unknownToken();
  if (held.limit !== terms.limit) throw badInput('limit', 'limit must be the one that the nextToken was given for');
  if (held.order !== terms.order) throw badInput('order', 'order must be the one that the nextToken was given for');
  if (held.whose !== said(terms).whose) throw badInput('nextToken', "nextToken is of another user's list");
  return { epoch: epoch as number, seq: seq as number };
}

export const unknownToken = () =>
  badInput('nextToken', 'nextToken is none of this list, or no longer good; list afresh without it');

/** Whose list it is stands in it as a hash: it is compared, and tells nobody. */
const said = ({ limit, order, whose }: ListTerms) => ({
  limit,
  order,
  whose: createHash('sha256').update(whose).digest('base64url').slice(0, 12),
});

function fieldsOf(token: string): Record<string, unknown> | undefined {
  if (token.length > 4096) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
