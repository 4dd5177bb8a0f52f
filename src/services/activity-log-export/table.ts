import { isoOf } from '../../base/instants.js';
import type { ActivityLog } from '../../model/activity-log.js';

type Cell = string | number | boolean | undefined;

/** The columns of a table of entries, in their order. JSON is in its columns as text, tags are separated by line breaks. */
const columns: readonly (readonly [string, (entry: ActivityLog) => Cell])[] = [
  ['id', ({ id }) => id],
  ['source', ({ source }) => source],
  ['nativeId', ({ nativeId }) => nativeId],
  ['action', ({ action }) => action],
  ['actionClass', ({ actionClass }) => actionClass],
  ['occurredAt', ({ occurredAtMicros }) => isoOf(occurredAtMicros)],
  ['recordedAt', ({ recordedAt }) => recordedAt.toISOString()],
  ['actorKind', ({ actor }) => actor.kind],
  ['actorNativeId', ({ actor }) => actor.nativeId],
  ['actorEmail', ({ actor }) => actor.email],
  ['actorUsername', ({ actor }) => actor.username],
  ['actorName', ({ actor }) => actor.name],
  ['objectType', ({ object }) => object?.type],
  ['objectId', ({ object }) => object?.id],
  ['objectName', ({ object }) => object?.name],
  ['pathwayId', ({ pathwayId }) => pathwayId],
  ['platform', ({ platform }) => platform],
  ['serial', ({ serial }) => serial],
  ['summary', ({ summary }) => summary],
  ['outcome', ({ outcome }) => outcome],
  ['value', ({ value }) => value],
  ['progressPercent', ({ progress }) => progress?.percent],
  ['progressState', ({ progress }) => progress?.state],
  ['progressComplete', ({ progress }) => progress?.complete],
  ['tags', ({ tags }) => tags.join('\n')],
  ['additionalData', ({ additionalData }) => additionalData],
  ['changes', ({ changes }) => changes],
  ['native', ({ native }) => native],
];

/** The names of the columns, as a row (RFC 4180) without its line break. The last is the place to go on from. */
export const headerRow = [...columns.map(([name]) => name), 'cursor'].map(quoted).join(',');

/** An entry as a row. */
export const rowOf = (entry: ActivityLog, cursor: string): string =>
  [...columns.map(([, read]) => cellOf(read(entry))), quoted(cursor)].join(',');

function cellOf(value: Cell): string {
  if (value === undefined || value === '') return '';
  return typeof value === 'string' ? quoted(defused(value)) : String(value);
}

/** Always, so that no text can be taken for more than one cell. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * Spreadsheets run a text that begins like a formula, also one behind white space or in full-width signs, and some a part
 * that follows their own separator (https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe makes it a text.
 */
const defused = (text: string): string => text.replace(/(^|[;\t\r\n])(?=[\s;]*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g, "$1'");
