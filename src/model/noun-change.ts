import type { Id } from '../base/ids.js';

/** What a control entry says of its noun: the full new state of each, so that the log alone can rebuild them. */
export interface NounChange<T> {
  readonly set: readonly T[];
  readonly removed: readonly Id[];
  /** When it was decided, for what is stamped with it. */
  readonly at: Date;
  /** The user who decided it, where that is known. */
  readonly by?: Id;
}

/** Everything of a noun but where it lies. */
export type NounState<T> = Omit<T, 'workspaceId' | 'seq'>;

export const encodeChange = <T extends { readonly id: Id }>(change: NounChange<T>): string => JSON.stringify(change);

const dates: ReadonlySet<string> = new Set([
  'at',
  'createdAt',
  'updatedAt',
  'mergedAt',
  'enrolledAt',
  'withdrawnAt',
  'erasedAt',
]);

/** The change as it was encoded, with its dates. */
export const decodeChange = <T>(payload: string): NounChange<T> =>
  JSON.parse(payload, (key, value: unknown) =>
    dates.has(key) && typeof value === 'string' ? new Date(value) : value,
  ) as NounChange<T>;
