import type { Document, SortDirection } from 'mongodb';

/** A total order: all fields in one direction, the last of them unique. */
export interface Order {
  readonly fields: readonly string[];
  readonly direction: 1 | -1;
  /** The values of a place's key, as the documents hold them. */
  typed(key: readonly unknown[]): unknown[];
}

/** A place in an ordered list, by the values of the order's fields as a cursor holds them. */
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
  ...(span.after ? boundConditions(order.fields, typedBound(order, span.after), order.direction) : []),
  ...(span.before ? boundConditions(order.fields, typedBound(order, span.before), order.direction === 1 ? -1 : 1) : []),
];

const typedBound = (order: Order, bound: Bound): Bound => ({ ...bound, key: order.typed(bound.key) });

/**
 * The first field's condition gives an index its bounds; what follows settles ties. By negation, as the server may plan each
 * branch of an `$or` by itself, and then sorts what all of them find together.
 */
function boundConditions([field, ...others]: readonly string[], bound: Bound, direction: 1 | -1): Document[] {
  const [value, ...rest] = bound.key;
  const beyond = direction === 1 ? '$gt' : '$lt';
  const orEqual = direction === 1 ? '$gte' : '$lte';
  if (others.length === 0) return [{ [field!]: { [bound.inclusive ? orEqual : beyond]: value } }];
  const beyondInTie = boundConditions(others, { ...bound, key: rest }, direction);
  return [{ [field!]: { [orEqual]: value } }, { $nor: [{ [field!]: value, $nor: [{ $and: beyondInTie }] }] }];
}

export const sortOf = (order: Order, backward = false): Record<string, SortDirection> => {
  const direction = backward ? -order.direction : order.direction;
  return Object.fromEntries(order.fields.map((field) => [field, direction as 1 | -1]));
};
