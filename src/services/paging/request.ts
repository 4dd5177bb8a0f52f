import { badInput } from '../../base/errors.js';
import { defaultPageSize, maxPageSize, type PageRequest } from '../../model/page.js';

/** A page request that makes sense: how many, from which end, and between which cursors. */
export interface CheckedRequest {
  readonly size: number;
  readonly backward: boolean;
  readonly after?: string;
  readonly before?: string;
}

/** @throws CodedError BAD_USER_INPUT naming the argument. */
export function checkRequest(request: PageRequest): CheckedRequest {
  const first = request.first ?? undefined;
  const last = request.last ?? undefined;
  if (first !== undefined && last !== undefined) throw badInput('last', 'Give first or last, not both');
  const [name, size] = last === undefined ? ['first', first ?? defaultPageSize] : ['last', last];
  if (!Number.isInteger(size) || (size as number) < 0) {
    throw badInput(name as string, `${name} must be a whole number from 0 to ${maxPageSize}`);
  }
  if ((size as number) > maxPageSize) throw badInput(name as string, `${name} must be at most ${maxPageSize}`);
  return {
    size: size as number,
    backward: last !== undefined,
    after: request.after ?? undefined,
    before: request.before ?? undefined,
  };
}
