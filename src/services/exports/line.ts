import type { ExportedEntry } from '../../model/exported-entry.js';

/**
 * One entry as a line of NDJSON (https://github.com/ndjson/ndjson-spec), without its line break: the fields of GraphQL's
 * `ActivityLog`, and under `origin` what it takes to take the line in again. JSON of callers and sources stands in it as
 * they wrote it, but for line breaks between its tokens, which become spaces.
 */
export function lineOf({ entry, nativeKey, contentHash }: ExportedEntry, cursor: string): string {
  const { additionalData, changes, native, actor, activityRef, connectionId, workspaceId, seq, ...typed } = entry;
  const { key, ...said } = actor;
  const { id, source, nativeId, action, actionClass, occurredAtMicros, recordedAt, ...rest } = typed;
  const times = { occurredAt: instantOf(occurredAtMicros), recordedAt };
  const origin = { connection: connectionId, key: nativeKey, contentHash, actor: key, activity: activityRef };
  const fields = { id, cursor, source, nativeId, action, actionClass, ...times, actor: said, ...rest, origin };
  const texts = Object.entries({ additionalData, changes, native }).flatMap(([name, text]) =>
    text === undefined ? [] : [`,"${name}":${text.replace(/[\r\n]/g, ' ')}`],
  );
  return `${JSON.stringify(fields).slice(0, -1)}${texts.join('')}}`;
}

/** An instant to the microsecond, as RFC 3339 has it; where they are whole milliseconds, to these. */
export function instantOf(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = micros - ms * 1000;
  const text = new Date(ms).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
