import type { Document, SortDirection } from 'mongodb';

/** A total order: all fields in one direction, the last of them unique. */
export interface Order {
  readonly fields: readonly string[];
  readonly direction: 1 | -1;
}

/** A place in an ordered list, by the values of the order's fields. */
export interface Bound {
  readonly key: readonly unknown[];
  /** Whether the item at the very place counts. */
  readonly inclusive?: boolean;
}

/** What lies between two places, in the list's own order. */
export interface Span {
  readonly after?: Bound;
  readonly before?: Bound;
}

export interface Slice extends Span {
  readonly limit: number;
  /** So many are a whole answer, and those beyond only tell that there are more; absent: `limit`. */
  readonly enough?: number;
  /** Whether the last ones of the span are wanted rather than the first. The answer is in the list's order either way. */
  readonly backward?: boolean;
}

/** Conditions that AND together to "within the span". */
export const spanConditions = (order: Order, span: Span): Document[] => [
  ...(span.after ? boundConditions(order.fields, span.after, order.direction) : []),
  ...(span.before ? boundConditions(order.fields, span.before, order.direction === 1 ? -1 : 1) : []),
];

function boundConditions(fields: readonly string[], bound: Bound, direction: 1 | -1): Document[] {
  const beyond = direction === 1 ? '$gt' : '$lt';
  const orEqual = direction === 1 ? '$gte' : '$lte';
  const last = fields.length - 1;
  const branches = fields.map((field, index) => ({
    ...Object.fromEntries(fields.slice(0, index).map((equal, at) => [equal, bound.key[at]])),
    [field]: { [bound.inclusive && index === last ? orEqual : beyond]: bound.key[index] },
  }));
  if (branches.length === 1) return branches;
  // The first condition alone gives the index its bounds; the second only settles ties.
  return [{ [fields[0]!]: { [orEqual]: bound.key[0] } }, { $or: branches }];
}

export const sortOf = (order: Order, backward = false): Record<string, SortDirection> => {
  const direction = backward ? -order.direction : order.direction;
  return Object.fromEntries(order.fields.map((field) => [field, direction as 1 | -1]));
};
