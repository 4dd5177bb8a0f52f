import { canWriteLogs, requireScope, writesOwnOnly } from '../auth/policies.js';
import { CodedError } from '../base/errors.js';
import { type Id, isId } from '../base/ids.js';
import type { LogWriter } from '../log/writer.js';
import type { Activity } from '../model/activity.js';
import { activityRef, type IdentityKey, nativeActivityRef, nativeIdentity, userIdentity } from '../model/identity.js';
import type { Appended, EntryDraft } from '../model/log-record.js';
import { facadeConnection, type SourceSystem } from '../model/source-system.js';
import type { Viewer } from '../model/viewer.js';
import type { Activities } from '../store/activities.js';
import type { ActivityLogs } from '../store/activity-logs.js';
import type { Users } from '../store/users.js';
import { activityNamed } from './activity-logs/named.js';

export interface SourceRecordingParts {
  readonly users: Pick<Users, 'byIds' | 'byIdentities'>;
  readonly activities: Pick<Activities, 'byIds' | 'byKeys' | 'byRefs'>;
  readonly writer: Pick<LogWriter, 'append'>;
  readonly logs: Pick<ActivityLogs, 'readAfter'>;
  /** Told when a row was recorded in a system's name. */
  readonly onPosted?: (workspaceId: Id, system: SourceSystem) => void;
}

/** Whom and what a row names, in the words of its source. */
export interface RowNames {
  readonly source: SourceSystem;
  /** Absent where the row names nobody. */
  readonly userId?: string;
  /**
   * `external`: the id is one that the source keeps for somebody else, so it is told from the source's own.
   * `username`: it is a name, and never one of our ids.
   */
  readonly userSpace?: 'external' | 'username';
  /** Absent where the source has no definitions. */
  readonly activityId?: string;
}

/** One row of a source as an entry of the log; whom and what it names was said before. */
export interface SourceRow {
  /** Of the entry; a new one for every try. */
  readonly id: Id;
  /** Unique among all that was posted to this source's façade; absent where rows come without a key, so that none is a repeat. */
  readonly nativeKey?: string;
  readonly contentHash?: string;
  readonly entry: Omit<EntryDraft['entry'], 'source' | 'connectionId' | 'activityRef'>;
}

/** What became of a row, once that is durable. */
export interface RecordedRow {
  /** DUPLICATE and CONFLICT: the key is taken, by equal or other content; `id` is the holder's. */
  readonly outcome: Appended['outcome'];
  readonly id: Id;
  readonly seq: number;
  readonly recordedAt: Date;
}

/** The right to write a row that names these: given only to who may. */
export interface RowWriting {
  /** Our definition of what was done, where it is one of ours. */
  readonly activity?: Activity;
  /** @throws CodedError SERVICE_UNAVAILABLE when the outcome is unknown. */
  record(row: SourceRow): Promise<RecordedRow>;
}

/** Entries that are posted in an outside system's name, under the same scopes as those of our own API. */
export class SourceRecordingService {
  constructor(private readonly parts: SourceRecordingParts) {}

  /**
   * Lets a viewer write a row, and finds out what the row's names are here.
   * @throws CodedError FORBIDDEN without `activity_log:write`, or for another user's row where only one's own are allowed.
   */
  async begin(viewer: Viewer, names: RowNames): Promise<RowWriting> {
    requireScope(canWriteLogs(viewer), 'activity_log:write');
    const { workspaceId } = viewer;
    const { source, activityId } = names;
    const [actorKey, activity] = await Promise.all([
      this.#actor(viewer, names),
      activityId === undefined ? undefined : activityNamed(this.parts.activities, workspaceId, source, activityId),
    ]);
    return { activity, record: (row) => this.#record(workspaceId, names, actorKey, activity, row) };
  }

  async #actor(viewer: Viewer, { source, userId, userSpace }: RowNames): Promise<IdentityKey | undefined> {
    const { workspaceId } = viewer;
    const id = userId?.toLowerCase();
    const [named] = userSpace === undefined && isId(id) ? await this.parts.users.byIds(workspaceId, [id]) : [];
    const space = userSpace === 'external' ? `${facadeConnection}/external` : facadeConnection;
    const native = userId === undefined ? undefined : nativeIdentity(source, space, userId);
    const key = named && id !== undefined ? userIdentity(id) : native;
    if (writesOwnOnly(viewer)) {
      const owner = named ?? (await this.parts.users.byIdentities(workspaceId, key === undefined ? [] : [key]))[0];
      if (viewer.userId === undefined || !owner?.identities.includes(userIdentity(viewer.userId))) {
        throw new CodedError('FORBIDDEN', 'This credential may write entries of its own user only', 'userId');
      }
    }
    return key;
  }

  async #record(
    workspaceId: Id,
    { source, activityId }: RowNames,
    actorKey: IdentityKey | undefined,
    activity: Activity | undefined,
    { entry, ...row }: SourceRow,
  ): Promise<RecordedRow> {
    const appended = await this.parts.writer.append(workspaceId, {
      ...row,
      kind: 'entry',
      entry: {
        ...entry,
        source,
        connectionId: facadeConnection,
        actor: { ...entry.actor, key: actorKey },
        activityRef: activity
          ? activityRef(activity.id)
          : activityId === undefined
            ? undefined
            : nativeActivityRef(source, activityId),
      },
    });
    this.parts.onPosted?.(workspaceId, source);
    const { outcome, id, seq } = appended;
    const recordedAt = outcome === 'RECORDED' ? appended.recordedAt : await this.#recordedAt(workspaceId, seq);
    return { outcome, id, seq, recordedAt };
  }

  async #recordedAt(workspaceId: Id, seq: number): Promise<Date> {
    const [record] = await this.parts.logs.readAfter(workspaceId, seq - 1, 1, { through: seq, slim: true });
    if (!record) throw new Error(`The entry ${seq} is not where the log says it is`);
    return record.recordedAt;
  }
}
