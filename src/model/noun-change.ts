import type { Id } from '../base/ids.js';

/** What a control entry says of its noun: the full new state of each, so that the log alone can rebuild them. */
export interface NounChange<T> {
  readonly set: readonly T[];
  readonly removed: readonly Id[];
  /** When it was decided, for what is stamped with it. */
  readonly at: Date;
}

/** Everything of a noun but where it lies. */
export type NounState<T> = Omit<T, 'workspaceId' | 'seq'>;

export const encodeChange = <T extends { readonly id: Id }>(change: NounChange<T>): string => JSON.stringify(change);

/** The change as it was encoded, with its dates; the states of this version of the gateway carry two of them. */
export function decodeChange<T extends { readonly createdAt: Date; readonly updatedAt: Date }>(
  payload: string,
): NounChange<T> {
  const raw = JSON.parse(payload) as NounChange<T>;
  return {
    set: raw.set.map((state) => ({
      ...state,
      createdAt: new Date(state.createdAt),
      updatedAt: new Date(state.updatedAt),
    })),
    removed: raw.removed,
    at: new Date(raw.at),
  };
}
