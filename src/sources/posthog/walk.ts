import { createHash } from 'node:crypto';
import type { IngestedRow } from '../../ingest/connector.js';
import { UpstreamError } from '../../ingest/upstream-error.js';
import { type PageRows, pageRows } from '../page-rows.js';
import { type PosthogSession, readPage } from './api.js';
import { toRow } from './rows.js';

/** A way down the list, page by page, from the newest row. Times of rows are in microseconds since 1970. */
export interface Walk {
  /** ISO 8601. */
  readonly startedAt: string;
  /** The query of the page that comes next; null: the first one. */
  readonly next: string | null;
  /** The newest row that it met; 0: none. */
  readonly top: number;
  /** The oldest one. */
  readonly edge: number | null;
  /** By which the last page is known again. */
  readonly page: string;
  /** Pages in a row that led no further down. */
  readonly stuck: number;
}

export interface WalkedPage extends PageRows<IngestedRow> {
  readonly walk: Walk;
  /** There is nothing below, or nothing that is wanted. */
  readonly isEnd: boolean;
}

/** As many pages may hold rows of one single instant. */
const maxStuck = 50;

export const beginWalk = (now: Date): Walk => ({
  startedAt: now.toISOString(),
  next: null,
  top: 0,
  edge: null,
  page: '',
  stuck: 0,
});

/**
 * One page further down. Undefined where the way does not go on: the source no longer knows the place that it named, or its
 * list goes up again or in circles.
 * @param floor nothing older is wanted.
 */
export async function walkOn(session: PosthogSession, walk: Walk, floor: number): Promise<WalkedPage | undefined> {
  const answered = await readPage(session, walk.next ?? undefined).catch((error: unknown) => refusedPlace(error, walk));
  if (!answered) return undefined;
  const { texts, next } = answered;
  // The oldest first, so that rows of one instant get their numbers here in the order that they have there.
  const { rows: read, rejected } = pageRows(texts.toReversed(), toRow);
  const rows = withoutOlder(session, read);
  const times = read.map(({ entry }) => entry.occurredAtMicros);
  const lowest = times.reduce((least, time) => Math.min(least, time), walk.edge ?? Number.POSITIVE_INFINITY);
  const page = createHash('sha256').update(JSON.stringify(texts)).digest('base64url');
  const isFurther = walk.edge === null ? times.length > 0 : lowest < walk.edge;
  const stuck = isFurther ? 0 : walk.stuck + 1;
  const goesUp = walk.edge !== null && times.length > 0 && times.every((time) => time > walk.edge!);
  const isAgain = texts.length > 0 && page === walk.page && next !== undefined;
  if (isAgain || goesUp || stuck > maxStuck) return undefined;
  return {
    rows,
    rejected,
    walk: {
      ...walk,
      next: next ?? null,
      top: times.reduce((most, time) => Math.max(most, time), walk.top),
      edge: Number.isFinite(lowest) ? lowest : null,
      page,
      stuck,
    },
    isEnd: next === undefined || lowest < floor,
  };
}

function refusedPlace(error: unknown, { next }: Walk): undefined {
  if (next !== null && error instanceof UpstreamError && error.status === 404) return undefined;
  throw error;
}

function withoutOlder({ settings: { since } }: PosthogSession, rows: readonly IngestedRow[]): readonly IngestedRow[] {
  if (since === undefined) return rows;
  const from = Date.parse(since) * 1000;
  return rows.filter(({ entry }) => entry.occurredAtMicros >= from);
}
