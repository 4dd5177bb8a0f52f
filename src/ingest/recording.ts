import { type Id, newId } from '../base/ids.js';
import type { LogWriter } from '../log/writer.js';
import { type IdentityKey, nativeActivityRef, nativeIdentity } from '../model/identity.js';
import type { EntryDraft } from '../model/log-record.js';
import type { Source, SourceCounts } from '../model/source.js';
import type { NamedPerson } from '../services/users/recognition.js';
import type { IngestedRow, SourceActor } from './connector.js';
import { fittingRows } from './fitting.js';
import { UpstreamError } from './upstream-error.js';

export interface RecordingParts {
  readonly writer: Pick<LogWriter, 'appendEach'>;
  /** Which of a source's native ids are of entries that were written into it from here: they are in the log already. */
  readonly ours: (source: Source, nativeIds: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Makes or finds the users that people named by sources are. */
  readonly people: { recognise(workspaceId: Id, people: readonly NamedPerson[]): Promise<void> };
}

export interface RecordedRows {
  readonly counts: Pick<SourceCounts, 'rows' | 'recorded' | 'duplicates' | 'conflicts' | 'drifted'>;
  /** Why rows could not be taken, one reason each. */
  readonly rejected: readonly string[];
  readonly driftNames: readonly string[];
  /** When the newest of these happened. */
  readonly lastEntryAt?: Date;
}

/**
 * Records a source's rows, whichever way they came. Rows that are there already count as such, so the same rows may come
 * any number of times.
 * @throws UpstreamError STORE unless every row is durable: then nothing may be taken as read.
 */
export async function recordRows(
  { writer, people, ours }: RecordingParts,
  source: Source,
  rows: readonly IngestedRow[],
): Promise<RecordedRows> {
  const { rows: fitting, rejected } = fittingRows(rows);
  const fitted = await withoutOurs(source, fitting, ours);
  try {
    await people.recognise(
      source.workspaceId,
      namedPeople(
        source,
        fitted.map(({ actor }) => actor),
      ),
    );
  } catch (error) {
    throw storeFault(error);
  }
  const results = await writer.appendEach(
    source.workspaceId,
    fitted.map((row) => draftOf(source, row)),
  );
  const duplicates = fitting.length - fitted.length;
  const counts = { rows: fitting.length, recorded: 0, duplicates, conflicts: 0 };
  for (const result of results) {
    if (result.status === 'rejected') throw storeFault(result.reason);
    if (result.value.outcome === 'RECORDED') counts.recorded += 1;
    else if (result.value.outcome === 'DUPLICATE') counts.duplicates += 1;
    else counts.conflicts += 1;
  }
  const { drifted, ...told } = toldBy(fitted);
  return { counts: { ...counts, drifted }, rejected, ...told };
}

/** What some rows tell beside what they are. */
export function toldBy(
  rows: readonly IngestedRow[],
): Pick<RecordedRows, 'driftNames' | 'lastEntryAt'> & Pick<SourceCounts, 'drifted'> {
  const newest = rows.reduce((most, { entry }) => Math.max(most, entry.occurredAtMicros), Number.NEGATIVE_INFINITY);
  return {
    drifted: rows.filter(({ drift = [] }) => drift.length > 0).length,
    driftNames: [...new Set(rows.flatMap(({ drift = [] }) => drift))],
    lastEntryAt: Number.isFinite(newest) ? new Date(Math.floor(newest / 1000)) : undefined,
  };
}

async function withoutOurs(
  source: Source,
  rows: readonly IngestedRow[],
  ours: RecordingParts['ours'],
): Promise<readonly IngestedRow[]> {
  try {
    const known = await ours(
      source,
      rows.flatMap((row) => upstreamIdOf(row) ?? []),
    );
    return rows.filter((row) => !known.has(upstreamIdOf(row) ?? ''));
  } catch (error) {
    throw storeFault(error);
  }
}

const upstreamIdOf = ({ upstreamId, entry }: IngestedRow): string | undefined => upstreamId ?? entry.nativeId;

export const storeFault = (cause: unknown): UpstreamError =>
  new UpstreamError('STORE', 'Our own store could not take what the source gave', { cause });

export function draftOf(source: Source, { entry, actor, activityId, nativeKey, contentHash }: IngestedRow): EntryDraft {
  const { isEmailVerified: _verified, identity: _identity, ...told } = actor;
  return {
    kind: 'entry',
    id: newId(),
    nativeKey,
    contentHash,
    entry: {
      ...entry,
      source: source.system,
      connectionId: source.id,
      actor: { ...told, key: identityOf(source, actor) },
      activityRef: activityId === undefined ? undefined : nativeActivityRef(source.system, activityId),
    },
  };
}

/**
 * The identity under which a source names somebody: its own id; where it has none, the email, and then the user name, in
 * the source's own space. An email becomes ours only where it is verified, which is for `recognise` to decide.
 */
export function identityOf({ system, id }: Pick<Source, 'system' | 'id'>, actor: SourceActor): IdentityKey | undefined {
  if (actor.nativeId !== undefined) return nativeIdentity(system, id, actor.nativeId);
  if (actor.email) return nativeIdentity(system, id, `email:${actor.email.trim().toLowerCase()}`);
  if (actor.identity !== undefined) return nativeIdentity(system, id, actor.identity);
  return actor.username ? nativeIdentity(system, id, `username:${actor.username}`) : undefined;
}

export function namedPeople(source: Source, actors: readonly SourceActor[]): NamedPerson[] {
  const people = new Map<IdentityKey, NamedPerson>();
  for (const actor of actors) {
    const key = actor.kind === 'USER' ? identityOf(source, actor) : undefined;
    if (key === undefined) continue;
    const { email, name, username } = actor;
    const isEmailVerified = email !== undefined && (source.trustsEmails || actor.isEmailVerified === true);
    people.set(key, { ...people.get(key), ...present({ email, name, username }), key, isEmailVerified });
  }
  return [...people.values()];
}

const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
