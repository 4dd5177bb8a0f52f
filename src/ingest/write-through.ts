import type { Clock } from '../base/clock.js';
import type { LogPosition } from '../base/cursor.js';
import type { Id } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import type { LogPlace } from '../log/place.js';
import type { LogRecord } from '../model/log-record.js';
import { type Source, upstreamFaults } from '../model/source.js';
import { facadeConnection } from '../model/source-system.js';
import type { HeldWrite, UpstreamAttempt, UpstreamWrites } from '../store/upstream-writes.js';
import type { Session, Writer } from './connector.js';
import { UpstreamError } from './upstream-error.js';

export interface WriteThroughParts {
  readonly writes: Pick<UpstreamWrites, 'begin' | 'sent' | 'failed' | 'removed' | 'byEntries'>;
  /** The log's records after a number, as far as they are durable; `through` is how far that reaches. */
  readonly readLog: (
    workspaceId: Id,
    after: number,
    limit: number,
  ) => Promise<{ readonly records: readonly LogRecord[]; readonly through: number; readonly place: LogPlace }>;
  readonly placeOf: (workspaceId: Id) => Promise<LogPlace>;
  /** Of each entry, also of one that is removed, the connection that it came by. */
  readonly connectionsOf: (workspaceId: Id, entryIds: readonly Id[]) => Promise<ReadonlyMap<Id, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WriteThroughRun extends WriteThroughParts {
  readonly source: Source;
  readonly session: Session<unknown>;
  readonly writer: Writer<unknown>;
  /** Of the lease that this runs under. */
  readonly fence: number;
  /** One cheap call that succeeds if the source accepts the credential at all. */
  readonly test: () => Promise<void>;
  /** Notes durably how far the log is written. False when somebody else has gone on meanwhile. */
  save(place: LogPosition): Promise<boolean>;
  /** Whether the source is still to be written, and as it was when this began. */
  isCurrent(): Promise<boolean>;
}

/** Natives may be large, so few are held at once. */
const pageRecords = 50;
/** So many answers that say no in their own way, and a write counts as one that is never taken. */
const maxTries = 8;
const lookEveryMs = 1_000;

/**
 * Writes into a source what was created and removed here in its system's name, in the log's order, from a place on. The
 * log is the queue: what is acknowledged stands in it, so nothing is lost between us and the source, and nothing has to
 * be written twice. It runs under the source's lease and before pulling, so a row never comes back before its id is known.
 *
 * What the source will never take is noted as failed, and the rest goes on.
 * @throws UpstreamError for what may succeed later: then this is where the next run goes on.
 */
export async function writeThrough(run: WriteThroughRun, from: LogPosition, stop: AbortSignal): Promise<void> {
  let after = await startOf(run, from);
  const watch = new Watch(run);
  while (!stop.aborted) {
    const { records, through, place } = await run.readLog(run.source.workspaceId, after, pageRecords);
    for (const record of records) {
      if (!concerns(run.source, record)) continue;
      if (stop.aborted || !(await watch.isCurrent())) return;
      await writeRecord(run, record);
    }
    if (through === after || stop.aborted || !(await watch.isCurrent())) return;
    if (!(await run.save({ epoch: place.epoch, seq: through }))) return;
    after = through;
    if (records.length === 0) return;
  }
}

/** Where to go on. What the log no longer holds, or holds anew since it was restored, is passed over, and that is said. */
async function startOf({ source, placeOf, logger }: WriteThroughRun, from: LogPosition): Promise<number> {
  const place = await placeOf(source.workspaceId);
  const isOfNow = from.epoch === place.epoch;
  const start = isOfNow ? Math.max(from.seq, place.firstSeq - 1) : place.seq;
  if (!isOfNow || start > from.seq) {
    logger.warn({ sourceId: source.id, from, start }, 'source: a part of the log is gone and is not written into it');
  }
  return start;
}

/** Looks now and then whether somebody paused or changed the source: a long backlog must not go on for them. */
class Watch {
  #lookedMs: number;

  constructor(private readonly run: WriteThroughRun) {
    this.#lookedMs = run.clock.monotonicMs();
  }

  async isCurrent(): Promise<boolean> {
    const now = this.run.clock.monotonicMs();
    if (now - this.#lookedMs < lookEveryMs) return true;
    this.#lookedMs = now;
    return this.run.isCurrent();
  }
}

function concerns({ system }: Source, record: LogRecord): boolean {
  if (record.kind === 'removed') return record.target.source === system;
  if (record.kind !== 'entry' || !record.entry) return false;
  return record.entry.source === system && record.entry.connectionId === facadeConnection;
}

async function writeRecord(run: WriteThroughRun, record: LogRecord): Promise<void> {
  if (record.kind === 'entry') await create(run, record.entry!);
  else if (record.kind === 'removed') await remove(run, record);
}

type Entry = NonNullable<Extract<LogRecord, { kind: 'entry' }>['entry']>;
type RemovedRecord = Extract<LogRecord, { kind: 'removed' }>;

async function create(run: WriteThroughRun, entry: Entry): Promise<void> {
  const { source, session, writer, writes, clock, fence } = run;
  const held: HeldWrite = { workspaceId: entry.workspaceId, entryId: entry.id, fence };
  const attempt: UpstreamAttempt = {
    nativeId: entry.nativeId,
    native: entry.native ?? '{}',
    occurredAtMicros: entry.occurredAtMicros,
    userId: entry.actor.nativeId,
  };
  const earlier = await writes.begin(held, source.id, attempt, clock.now());
  if (earlier && earlier.status !== 'TRYING') return;
  try {
    const write = { ...attempt, entryId: entry.id, isRepeat: earlier !== undefined };
    const { upstreamId } = await writer.create(session, write);
    await writes.sent(held, upstreamId, clock.now());
  } catch (error) {
    await writes.failed(held, await refusalOf(run, error, (earlier?.tries ?? 0) + 1), clock.now());
  }
}

async function remove(run: WriteThroughRun, { targetId, target }: RemovedRecord): Promise<void> {
  const { source, session, writer, writes, clock, fence } = run;
  if (!writer.remove) return;
  const { workspaceId } = source;
  const held: HeldWrite = { workspaceId, entryId: targetId, fence };
  const [write] = await writes.byEntries(workspaceId, [targetId]);
  if (write && (write.sourceId !== source.id || write.status === 'REMOVED')) return;
  let upstreamIds = write?.upstreamIds ?? (await pulledId());
  try {
    // Its making may have reached the source, and nobody heard of it.
    if (write?.status === 'TRYING' && write.attempt && upstreamIds.length === 0) {
      const found = await writer.find?.(session, { ...write.attempt, entryId: targetId, isRepeat: true });
      if (found !== undefined) await writes.sent(held, found, clock.now());
      upstreamIds = found === undefined ? [] : [found];
    }
    const { occurredAtMicros, serial, platform } = target;
    for (const upstreamId of upstreamIds) {
      await writer.remove(session, { upstreamId, occurredAtMicros, serial, platform });
    }
    if (write) await writes.removed(held, clock.now());
  } catch (error) {
    await writes.failed(held, await refusalOf(run, error, 1), clock.now());
  }

  /** Of an entry that was pulled from this very source. */
  async function pulledId(): Promise<string[]> {
    const connection = (await run.connectionsOf(workspaceId, [targetId])).get(targetId);
    return connection === source.id && target.nativeId !== undefined ? [target.nativeId] : [];
  }
}

/**
 * Why a write is given up: it is refused for itself, or was answered with a fault again and again.
 * @throws the error where the source, not this write, is in the way.
 */
async function refusalOf({ test }: WriteThroughRun, error: unknown, tries: number): Promise<string> {
  if (!(error instanceof UpstreamError)) throw error;
  const wasAnswered = error.status !== undefined || error.kind === 'REFUSED';
  if (!wasAnswered || error.kind === 'RATE_LIMITED' || error.status === 401) throw error;
  if (upstreamFaults[error.kind].retries && tries < maxTries) throw error;
  // Refused whatever is written? Then it is the credential that is at fault, and the write can wait.
  if (error.status === 402 || error.status === 403) await test();
  return error.message;
}
