import type { Clock } from '../base/clock.js';
import type { Id } from '../base/ids.js';
import type { LogRecord } from '../model/log-record.js';
import type { Source } from '../model/source.js';
import { facadeConnection } from '../model/source-system.js';
import type { UpstreamWrites } from '../store/upstream-writes.js';
import type { Session, Writer } from './connector.js';
import { UpstreamError } from './upstream-error.js';

export interface WriteThroughParts {
  readonly writes: Pick<UpstreamWrites, 'begin' | 'sent' | 'failed' | 'removed' | 'byEntries'>;
  /** The log's records after a number, as far as they are durable; `through` is how far that reaches. */
  readonly readLog: (
    workspaceId: Id,
    after: number,
    limit: number,
  ) => Promise<{ readonly records: readonly LogRecord[]; readonly through: number }>;
  /** Of each entry, also of one that is removed, the connection that it came by. */
  readonly connectionsOf: (workspaceId: Id, entryIds: readonly Id[]) => Promise<ReadonlyMap<Id, string>>;
  readonly clock: Clock;
}

export interface WriteThroughRun extends WriteThroughParts {
  readonly source: Source;
  readonly session: Session<unknown>;
  readonly writer: Writer<unknown>;
  /** Notes durably how far the log is written. False when somebody else has gone on meanwhile. */
  save(through: number): Promise<boolean>;
}

const pageRecords = 200;

/**
 * Writes into a source what was created and removed here in its system's name, in the log's order, from a number on. The
 * log is the queue: what is acknowledged stands in it, so nothing is lost between us and the source, and nothing has to
 * be written twice. It runs under the source's lease and before pulling, so a row never comes back before its id is known.
 *
 * What the source will never take is noted as failed, and the rest goes on.
 * @throws UpstreamError for what may succeed later: then this is where the next run goes on.
 */
export async function writeThrough(run: WriteThroughRun, from: number, stop: AbortSignal): Promise<boolean> {
  const { source, readLog, save } = run;
  let after = from;
  while (!stop.aborted) {
    const { records, through } = await readLog(source.workspaceId, after, pageRecords);
    for (const record of records) {
      if (stop.aborted) return false;
      await writeRecord(run, record);
    }
    if (through === after) return true;
    if (!(await save(through))) return false;
    after = through;
    if (records.length === 0) return true;
  }
  return false;
}

async function writeRecord(run: WriteThroughRun, record: LogRecord): Promise<void> {
  if (record.kind === 'entry' && record.entry) {
    const { source, connectionId } = record.entry;
    if (source === run.source.system && connectionId === facadeConnection) await create(run, record.entry);
  } else if (record.kind === 'removed' && record.target.source === run.source.system) {
    await remove(run, record.targetId, record.target);
  }
}

type Entry = NonNullable<Extract<LogRecord, { kind: 'entry' }>['entry']>;

async function create({ source, session, writer, writes, clock }: WriteThroughRun, entry: Entry): Promise<void> {
  const { workspaceId, id } = entry;
  const earlier = await writes.begin(workspaceId, source.id, id, clock.now());
  if (earlier && earlier.status !== 'TRYING') return;
  try {
    const { upstreamId } = await writer.create(session, {
      entryId: id,
      nativeId: entry.nativeId,
      native: entry.native ?? '{}',
      occurredAtMicros: entry.occurredAtMicros,
      userId: entry.actor.nativeId,
      isRepeat: earlier !== undefined,
    });
    await writes.sent(workspaceId, id, upstreamId, clock.now());
  } catch (error) {
    await writes.failed(workspaceId, id, refusalOf(error), clock.now());
  }
}

type Removed = Extract<LogRecord, { kind: 'removed' }>;

async function remove(
  { source, session, writer, writes, clock, connectionsOf }: WriteThroughRun,
  entryId: Id,
  { nativeId, occurredAtMicros, serial, platform }: Removed['target'],
): Promise<void> {
  if (!writer.remove) return;
  const { workspaceId } = source;
  const [write] = await writes.byEntries(workspaceId, [entryId]);
  const upstreamId = write ? write.upstreamId : await pulledId();
  if (upstreamId === undefined || write?.status === 'REMOVED') return;
  if (write && write.sourceId !== source.id) return;
  try {
    await writer.remove(session, { upstreamId, occurredAtMicros, serial, platform });
    await writes.removed(workspaceId, entryId, clock.now());
  } catch (error) {
    await writes.failed(workspaceId, entryId, refusalOf(error), clock.now());
  }

  /** Of an entry that was pulled from this very source. */
  async function pulledId(): Promise<string | undefined> {
    const connection = (await connectionsOf(workspaceId, [entryId])).get(entryId);
    return connection === source.id ? nativeId : undefined;
  }
}

/** What is refused for good. @throws the error where it says that the source, not this write, is in the way. */
function refusalOf(error: unknown): string {
  const isOfWrite = error instanceof UpstreamError && error.kind === 'REFUSED' && !credentialStatuses.has(error.status);
  if (!isOfWrite) throw error;
  return error.message;
}

/** Refused whatever is written: the credential is at fault. */
const credentialStatuses = new Set<number | undefined>([401, 402, 403]);
