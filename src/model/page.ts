/** Which part of an ordered list a caller asks for. Checked at the door: exactly one of first and last, 0 to 1,000. */
export interface PageRequest {
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
}

/** A part of an ordered list. The flags are looked up only when asked for. */
export interface Page<T> {
  readonly items: readonly { readonly cursor: string; readonly node: T }[];
  /** The place of the log that the list was read at, encoded. */
  readonly feedCursor: string;
  hasNextPage(): Promise<boolean>;
  hasPreviousPage(): Promise<boolean>;
  totalCount(): Promise<number>;
}

export const defaultPageSize = 20;
export const maxPageSize = 1000;
