import { entryLimits, occurredAtRange } from '../model/activity-log-input.js';
import type { IngestedRow, SourceActor } from './connector.js';

/** What a row's own text may take, in UTF-8; with more, an entry would be none that the store can take. */
const maxNativeBytes = 8 * 1024 * 1024;
/** Open payloads larger than this are in `native` only. */
const maxPayloadLength = 1024 * 1024;

export interface FittedRows {
  readonly rows: readonly IngestedRow[];
  /** Why some of them are none, one reason each. */
  readonly rejected: readonly string[];
}

/** Rows as the log can take them, but for those whose own text is too long: cut, it would not be what the source said. */
export function fittingRows(rows: readonly IngestedRow[]): FittedRows {
  const kept = rows.filter(({ entry }) => Buffer.byteLength(entry.native ?? '') <= maxNativeBytes);
  const tooLong = `no row: its text has more than ${maxNativeBytes} bytes`;
  return { rows: kept.map(fitting), rejected: Array<string>(rows.length - kept.length).fill(tooLong) };
}

/**
 * The row with typed fields that the store and every reader can take. What a source writes is not ours to refuse: text
 * that is no well-formed Unicode is made so, what is too long for its field is left out, and both are counted as drift;
 * the row's own text keeps everything.
 */
export function fitting(row: IngestedRow): IngestedRow {
  const drift = new Set(row.drift);
  const text = (value: string | undefined, field: string, limit: number): string | undefined => {
    if (value === undefined) return undefined;
    if (value.length <= limit) return value.toWellFormed();
    drift.add(`${field}: too long`);
    return undefined;
  };
  const { entry } = row;
  const { object, progress } = entry;
  const fitted: IngestedRow['entry'] = {
    ...entry,
    nativeId: text(entry.nativeId, 'nativeId', entryLimits.objectId),
    action:
      text(entry.action, 'action', entryLimits.action) ?? entry.action.slice(0, entryLimits.action).toWellFormed(),
    occurredAtMicros: withinRange(entry.occurredAtMicros, drift),
    object: object && {
      type: text(object.type, 'object.type', entryLimits.objectType) ?? '',
      id: text(object.id, 'object.id', entryLimits.objectId),
      name: text(object.name, 'object.name', entryLimits.objectName),
    },
    platform: text(entry.platform, 'platform', entryLimits.platform),
    serial: text(entry.serial, 'serial', entryLimits.serial),
    summary: text(entry.summary, 'summary', entryLimits.summary),
    progress: progress && { ...progress, state: text(progress.state, 'progress.state', entryLimits.progressState) },
    tags: entry.tags.flatMap((tag) => text(tag, 'tags', entryLimits.tag) ?? []).slice(0, entryLimits.tags),
    additionalData: text(entry.additionalData, 'additionalData', maxPayloadLength),
    changes: text(entry.changes, 'changes', maxPayloadLength),
  };
  return { ...row, entry: fitted, actor: fittingActor(row.actor, text), drift: [...drift] };
}

type FitText = (value: string | undefined, field: string, limit: number) => string | undefined;

const fittingActor = (actor: SourceActor, text: FitText): SourceActor => ({
  ...actor,
  nativeId: text(actor.nativeId, 'actor.nativeId', entryLimits.objectId),
  email: text(actor.email, 'actor.email', entryLimits.userEmail),
  username: text(actor.username, 'actor.username', entryLimits.objectId),
  name: text(actor.name, 'actor.name', entryLimits.objectName),
});

/** Microseconds are exact numbers within these centuries only; a time outside them is a mistake of its source. */
function withinRange(micros: number, drift: Set<string>): number {
  const from = occurredAtRange.from.getTime() * 1000;
  const before = occurredAtRange.before.getTime() * 1000;
  if (micros >= from && micros < before) return micros;
  drift.add('occurredAt: out of range');
  return Math.min(Math.max(micros, from), before - 1);
}
