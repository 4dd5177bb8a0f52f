import type { IngestedRow, RejectedRow } from '../ingest/connector.js';

export interface PageRows {
  readonly rows: readonly IngestedRow[];
  readonly rejected: readonly RejectedRow[];
}

/** A page's texts as rows, and those that are none. @param toRow answers why where a text is no row. */
export function pageRows(texts: readonly string[], toRow: (native: string) => IngestedRow | string): PageRows {
  const rows: IngestedRow[] = [];
  const rejected: RejectedRow[] = [];
  for (const native of texts) {
    const row = toRow(native);
    if (typeof row === 'string') rejected.push({ native, reason: row });
    else rows.push(row);
  }
  return { rows, rejected };
}

/** The fields of a row that are not among the known ones. */
export const unknownFields = (row: object, known: ReadonlySet<string>): string[] =>
  Object.keys(row).filter((name) => !known.has(name));
