import { canReadLogs, requireScope } from '../auth/policies.js';
import { decodeFeedCursor, encodeFeedCursor, encodePageCursor } from '../base/cursor.js';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { LogPlace } from '../log/place.js';
import type { ActivityLog } from '../model/activity-log.js';
import type { ActivityLogFilter, ResolvedFilter } from '../model/activity-log-filter.js';
import type { ExportedEntry } from '../model/exported-entry.js';
import type { Viewer } from '../model/viewer.js';
import type { ActivityLogWalk } from '../store/activity-log-walk.js';
import { visibleFilter } from './activity-logs/listing.js';
import type { ResolvingParts } from './activity-logs/resolve-filter.js';
import { checkKept, isIntegers, type PagingParts, startPage } from './paging/places.js';

export interface ExportParts extends ResolvingParts, PagingParts {
  readonly walk: ActivityLogWalk;
}

export interface ExportRequest {
  readonly filter?: ActivityLogFilter | null;
  /** A line's cursor: the rest of that export. A FeedCursor: what was recorded since. */
  readonly after?: string;
}

/** Entries in the order of recording, as of one place of the log. */
export interface OpenedExport {
  /** The place: what is recorded later comes after it. */
  readonly feedCursor: string;
  /** Whether this is the rest of an export that was begun before. */
  readonly isRest: boolean;
  /** A page at a time, each read when it is asked for. @throws CodedError as `open`. */
  readonly pages: AsyncGenerator<readonly ExportedEntry[], void>;
  /** The place of an entry in this export, to go on from. */
  cursorOf(entry: ActivityLog): string;
}

const exportList = { list: 'export', isKey: (key: readonly (number | string)[]) => isIntegers(key, 1) };

/** The whole log, or what a filter describes of it, for taking it elsewhere. */
export class ActivityLogExportService {
  constructor(private readonly parts: ExportParts) {}

  /** @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_LARGE, CURSOR_UNKNOWN, CURSOR_EXPIRED, QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  async open(viewer: Viewer, { filter, after }: ExportRequest): Promise<OpenedExport> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const { place, from, isRest } = await this.#start(viewer.workspaceId, after);
    const resolved = await visibleFilter(this.parts, viewer, filter);
    return {
      feedCursor: encodeFeedCursor(place),
      isRest,
      pages: this.#pages(place, resolved, from),
      cursorOf: ({ seq }) => encodePageCursor({ ...place, list: exportList.list, key: [seq] }),
    };
  }

  async #start(
    workspaceId: Id,
    after: string | undefined,
  ): Promise<{ readonly place: LogPlace; readonly from: number; readonly isRest: boolean }> {
    const since = after === undefined ? undefined : feedPlaceOf(after);
    const isRest = after !== undefined && since === undefined;
    const cursor = since ? encodePageCursor({ ...since, list: exportList.list, key: [since.seq] }) : after;
    const page = { size: 0, backward: false, ...(cursor !== undefined && { after: cursor }) };
    const start = await startPage(this.parts, workspaceId, exportList, page);
    const place = isRest ? start.place : await this.parts.reader.settle(workspaceId, since?.seq);
    return { place, from: Number(start.after?.[0] ?? 0), isRest };
  }

  async *#pages(place: LogPlace, filter: ResolvedFilter, from: number): OpenedExport['pages'] {
    let window = place;
    let after = from;
    while (after < place.seq) {
      const { entries, through } = await this.parts.walk.step(window, filter, after);
      const state = await this.parts.states.read(place.workspaceId);
      if (!state || state.epoch !== place.epoch) {
        throw new CodedError('CURSOR_UNKNOWN', 'The log was restored since; begin the export anew', 'after');
      }
      if (state.firstSeq > window.firstSeq) {
        // Retention may have been erasing what was just read: a page that was whole is one that it had not passed.
        if (after > 0) checkKept(after, state.firstSeq, 'after');
        window = { ...window, firstSeq: state.firstSeq };
        continue;
      }
      after = through;
      if (entries.length > 0) yield entries;
    }
  }
}

/** Undefined for what is no FeedCursor. */
function feedPlaceOf(cursor: string): ReturnType<typeof decodeFeedCursor> | undefined {
  try {
    return decodeFeedCursor(cursor, 'after');
  } catch {
    return undefined;
  }
}
