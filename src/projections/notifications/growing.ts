import type { Id } from '../../base/ids.js';
import { type Notification, type NotificationReason, notificationReasons, type Run } from '../../model/notification.js';
import { notificationId } from '../../model/notification-key.js';

/** An entry as a notification counts it. */
export interface Addition {
  readonly seq: number;
  readonly entryId: Id;
  readonly occurredAtMicros: number;
  readonly reasons: ReadonlySet<NotificationReason>;
}

/** Whose notification, of what. */
export interface NotificationName {
  readonly workspaceId: Id;
  readonly origin: Id;
  readonly run: Run;
  readonly by?: string;
}

export const idOf = ({ workspaceId, origin, run, by }: NotificationName): Id =>
  notificationId(workspaceId, origin, run, by);

/** A notification with the entries that it does not have yet. @param additions in the order of the log. */
export function grown(
  before: Notification | undefined,
  name: NotificationName,
  additions: readonly Addition[],
): Notification | undefined {
  const fresh = additions.filter(({ seq }) => seq > (before?.seq ?? 0));
  if (fresh.length === 0) return undefined;
  const alive = before && before.count > 0 ? before : undefined;
  const latest = fresh.at(-1)!;
  const reasons = new Set([...(alive?.reasons ?? []), ...fresh.flatMap((one) => [...one.reasons])]);
  return {
    ...named(name),
    reasons: notificationReasons.filter((reason) => reasons.has(reason)),
    count: (alive?.count ?? 0) + fresh.length,
    firstEntryId: alive?.firstEntryId ?? fresh[0]!.entryId,
    latestEntryId: latest.entryId,
    place: latest.seq,
    occurredAtMicros: Math.max(...(alive ? [alive.occurredAtMicros] : []), ...fresh.map((one) => one.occurredAtMicros)),
    ...(before?.mark && { mark: before.mark }),
    isOwn: before?.isOwn ?? false,
    isTwin: alive?.isTwin ?? false,
    seq: latest.seq,
  };
}

/** A notification made of precisely these entries, as of a number; with none of them it is gone. */
export function remade(before: Notification, additions: readonly Addition[], seq: number): Notification {
  const made = grown(undefined, before, additions);
  const kept = { ...(before.mark && { mark: before.mark }), isOwn: before.isOwn, seq };
  return made ? { ...made, isTwin: before.isTwin, ...kept } : { ...before, count: 0, isTwin: false, ...kept };
}

export const isSame = (one: Notification, other: Notification): boolean =>
  JSON.stringify(bare(one)) === JSON.stringify(bare(other));

const bare = ({ count, reasons, firstEntryId, latestEntryId, place, occurredAtMicros }: Notification) =>
  count === 0 ? [0] : [count, reasons, firstEntryId, latestEntryId, place, occurredAtMicros];

const named = (name: NotificationName): NotificationName & { readonly id: Id } => ({
  id: idOf(name),
  workspaceId: name.workspaceId,
  origin: name.origin,
  run: name.run,
  ...(name.by !== undefined && { by: name.by }),
});
