export interface PageRows<T> {
  readonly rows: readonly T[];
  /** Why texts of the page are no rows, one reason each. */
  readonly rejected: readonly string[];
}

/** A page's texts as rows, and why some are none. @param toRow answers why where a text is no row. */
export function pageRows<T extends object>(
  texts: readonly string[],
  toRow: (native: string) => T | string,
): PageRows<T> {
  const rows: T[] = [];
  const rejected: string[] = [];
  for (const native of texts) {
    const row = toRow(native);
    if (typeof row === 'string') rejected.push(row);
    else rows.push(row);
  }
  return { rows, rejected };
}

/** The fields of a row that are not among the known ones. */
export const unknownFields = (row: object, known: ReadonlySet<string>): string[] =>
  Object.keys(row).filter((name) => !known.has(name));
