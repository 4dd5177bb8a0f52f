import { isoOf } from '../../base/instants.js';
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
  const times = { occurredAt: isoOf(occurredAtMicros), recordedAt };
  const origin = { connection: connectionId, key: nativeKey, contentHash, actor: key, activity: activityRef };
  const fields = { id, cursor, source, nativeId, action, actionClass, ...times, actor: said, ...rest, origin };
  const texts = Object.entries({ additionalData, changes, native }).flatMap(([name, text]) =>
    text === undefined ? [] : [`,"${name}":${text.replace(/[\r\n]/g, ' ')}`],
  );
  return `${JSON.stringify(fields).slice(0, -1)}${texts.join('')}}`;
}
