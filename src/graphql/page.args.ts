import { ArgsType, Field, Int } from 'type-graphql';
import { badInput } from '../base/errors.js';
import { defaultPageSize, maxPageSize, type PageRequest } from '../model/page.js';
import { PageCursorScalar } from './scalars.js';

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many items from the start, 0 to ${maxPageSize}; ${defaultPageSize} where neither first nor last is given. Not together with last.`,
  })
  first?: number | null;

  @Field(() => PageCursorScalar, { nullable: true, description: 'Only items that come after this place in the list.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many items from the end, 0 to ${maxPageSize}. Not together with first.`,
  })
  last?: number | null;

  @Field(() => PageCursorScalar, { nullable: true, description: 'Only items that come before this place in the list.' })
  before?: string | null;
}

/** @throws CodedError BAD_USER_INPUT naming `first` or `last`. */
export function pageRequest(args: PageArgs): PageRequest {
  const first = pageSize(args.first, 'first');
  const last = pageSize(args.last, 'last');
  if (first !== undefined && last !== undefined) throw badInput('last', 'Give first or last, not both');
  return {
    ...(last === undefined ? { first: first ?? defaultPageSize } : { last }),
    after: args.after ?? undefined,
    before: args.before ?? undefined,
  };
}

function pageSize(size: number | null | undefined, field: 'first' | 'last'): number | undefined {
  if (size === null || size === undefined) return undefined;
  if (size < 0 || size > maxPageSize) throw badInput(field, `${field} must be 0 to ${maxPageSize}`);
  return size;
}
