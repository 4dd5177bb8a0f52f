import { applyEdits, modify } from 'jsonc-parser';
import { canReadLogs, canReadNotifications, canWriteNotifications } from '../../auth/policies.js';
import type { Clock } from '../../base/clock.js';
import { badInput, CodedError } from '../../base/errors.js';
import type { Viewer } from '../../model/viewer.js';
import type { NotificationService } from '../../services/notifications.js';
import { type FacadeAnswer, type FacadeCall, json } from '../facade.js';
import { queryText } from '../query.js';
import { type Bookmark, readBookmark } from './bookmark.js';
import { toNative } from './dialect.js';
import { requireKeyScope } from './errors.js';
import { type ChangesReading, importantChanges } from './important-changes.js';
import type { Reading } from './listing.js';

export interface NotificationDeps {
  readonly reading: ChangesReading & Pick<Reading, 'names'>;
  /** How far somebody has read: one place for each user, whatever project they look at. */
  readonly notifications: Pick<NotificationService, 'standing' | 'bookmark'>;
  readonly clock: Clock;
}

/** What others changed that is important to the key's user; with `unread=true`, of that only what is unread. */
export async function listImportantChanges(
  { reading, notifications }: NotificationDeps,
  { viewer, request }: FacadeCall,
): Promise<FacadeAnswer> {
  const { bookmarkedAt: lastRead } = await notifications.standing(viewer);
  const after = queryText(request, 'unread') === 'true' ? lastRead : undefined;
  const entries = await importantChanges(reading, viewer, after);
  const names = await reading.names(viewer, entries);
  const results = entries.map((entry, index) => {
    // Bookmarks are in milliseconds, as browsers send them, and rows in microseconds.
    const isUnread = !lastRead || lastRead.getTime() < Math.floor(entry.occurredAtMicros / 1000);
    return withUnread(toNative(entry, names[index]!.user), isUnread);
  });
  return { status: 200, body: `{"results":[${results.join(',')}],"last_read":${json(200, lastRead ?? null).body}}` };
}

/** Takes the date up to which the key's user has read: 200 for the documented form of it, 204 for the one that PostHog takes. */
export async function bookmark(
  { notifications, clock }: NotificationDeps,
  { viewer, request }: FacadeCall,
): Promise<FacadeAnswer> {
  const read = readBookmark(request.body as Buffer | undefined);
  await notifications.bookmark(viewer, { at: read.at ?? clock.now() }).catch((error: unknown) => {
    throw error instanceof CodedError && error.field === 'at' ? badInput(read.field, error.message) : error;
  });
  return { status: statuses[read.field], body: '' };
}

const statuses: Readonly<Record<Bookmark['field'], number>> = { created_at: 200, bookmark: 204 };

/** @throws CodedError FORBIDDEN */
export function requireNotifications(viewer: Viewer): void {
  requireUser(viewer);
  requireKeyScope(canReadLogs(viewer), 'activity_log:read');
  requireKeyScope(canReadNotifications(viewer), 'notification:read');
}

/** @throws CodedError FORBIDDEN */
export function requireBookmarking(viewer: Viewer): void {
  requireUser(viewer);
  requireKeyScope(canWriteNotifications(viewer), 'notification:write');
}

function requireUser({ userId }: Viewer): void {
  if (userId === undefined) throw new CodedError('FORBIDDEN', 'This is for API keys that belong to a user');
}

/** The row as it is, but for the one field that depends on who looks. */
const withUnread = (text: string, unread: boolean): string => applyEdits(text, modify(text, ['unread'], unread, {}));
