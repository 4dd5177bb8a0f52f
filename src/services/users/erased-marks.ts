import type { Id } from '../../base/ids.js';
import type { ActivityLog } from '../../model/activity-log.js';
import { type IdentityKey, userIdentity } from '../../model/identity.js';
import { type Notification, notificationsFold } from '../../model/notification.js';
import { notificationId, runOf } from '../../model/notification-key.js';
import { type MarkChange, markNoun } from '../../model/read-state.js';
import type { ControlEntries } from '../../store/control-entries.js';
import type { FoldStates } from '../../store/fold-states.js';
import type { Notifications } from '../../store/notifications.js';
import type { PersonTexts } from '../../store/person-texts.js';
import type { RunEntries } from '../../store/run-entries.js';

export interface ErasedMarksParts {
  readonly controls: ControlEntries;
  readonly foldStates: Pick<FoldStates, 'read'>;
  readonly notifications: Pick<Notifications, 'byIds'>;
  readonly runEntries: Pick<RunEntries, 'byIds'>;
  readonly texts: Pick<PersonTexts, 'rewriteControl'>;
}

/**
 * A notification's id follows from who did what to which item. Where entries say another actor or item by now, whatever was
 * marked read or unread is noted in the log under the id that the notification will have. Again, it changes nothing.
 */
export async function renameMarks(
  parts: ErasedMarksParts,
  workspaceId: Id,
  gone: ReadonlyMap<IdentityKey, Id>,
): Promise<void> {
  const { controls, foldStates, texts } = parts;
  const generation = (await foldStates.read(workspaceId, notificationsFold))?.serving?.generation;
  if (generation === undefined) return;
  for await (const { seq, control } of controls.through(workspaceId, Number.MAX_SAFE_INTEGER, [markNoun])) {
    if (control.payload === undefined) continue;
    const change = JSON.parse(control.payload) as MarkChange;
    const marked = await parts.notifications.byIds(
      { workspaceId, generation },
      change.marks.map(({ id }) => id),
    );
    const entries = await parts.runEntries.byIds(
      workspaceId,
      marked.map(({ latestEntryId }) => latestEntryId),
    );
    const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
    const idOf = new Map(marked.map((one) => [one.id, idNow(one, entryOf.get(one.latestEntryId), gone)]));
    const marks = change.marks.map((mark) => ({ ...mark, id: idOf.get(mark.id) ?? mark.id }));
    const payload = JSON.stringify({ ...change, marks });
    if (payload !== control.payload) await texts.rewriteControl(workspaceId, seq, payload);
  }
}

/** Undefined for what is of no entry that is still there. */
function idNow(
  { workspaceId, origin, by }: Notification,
  entry: ActivityLog | undefined,
  gone: ReadonlyMap<IdentityKey, Id>,
): Id | undefined {
  if (!entry) return undefined;
  const { actor, object, ...fields } = entry;
  const run = runOf({ ...fields, actorKey: actor.key, objectType: object?.type, objectId: object?.id });
  const userId = by === undefined ? undefined : gone.get(by);
  return notificationId(workspaceId, origin, run, userId === undefined ? by : userIdentity(userId));
}
