import type { ExportedEntry } from '../../model/exported-entry.js';
import { lineOf } from '../../services/activity-log-export/line.js';
import { headerRow, rowOf } from '../../services/activity-log-export/table.js';

/** How an export is written. */
export interface ExportFormat {
  /** As it ends a path and a file's name. */
  readonly extension: string;
  /** @param isRest of one that goes on with another: it repeats no header. */
  contentType(isRest: boolean): string;
  /** What stands before the first entry. */
  readonly header: string;
  text(exported: ExportedEntry, cursor: string): string;
}

export const exportFormats: readonly ExportFormat[] = [
  {
    extension: 'ndjson',
    contentType: () => 'application/x-ndjson; charset=utf-8',
    header: '',
    text: (exported, cursor) => `${lineOf(exported, cursor)}\n`,
  },
  {
    extension: 'csv',
    // RFC 4180, section 3.
    contentType: (isRest) => `text/csv; charset=utf-8; header=${isRest ? 'absent' : 'present'}`,
    header: `${headerRow}\r\n`,
    text: ({ entry }, cursor) => `${rowOf(entry, cursor)}\r\n`,
  },
];
