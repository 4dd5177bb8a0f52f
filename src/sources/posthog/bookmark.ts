import { badInput } from '../../base/errors.js';
import { isJsonObject } from '../../base/json.js';
import { microsOfTime } from './payload.js';

/** Up to when somebody has read. */
export interface Bookmark {
  /** The field that says so: of a row of the activity log, as the page documents the call, or the one that PostHog takes. */
  readonly field: 'created_at' | 'bookmark';
  /** Absent: now. */
  readonly at?: Date;
}

/** The fields of the documented body. None of them is needed, but one at least is there. */
const rowFields = [
  ...['user', 'organization_id', 'was_impersonated', 'is_system', 'activity', 'item_id', 'scope', 'detail'],
  'created_at',
];

const maxBytes = 256 * 1024;

/**
 * JSON or form fields, whatever the content type says: the page's own call sends the one and says the other. Its values end
 * in commas, which are passed over.
 * @throws CodedError BAD_USER_INPUT naming the field.
 */
export function readBookmark(bytes: Uint8Array | undefined): Bookmark {
  const fields = fieldsOf(bytes);
  const { bookmark, created_at: createdAt } = fields;
  if (given(bookmark)) return { field: 'bookmark', at: dateOf('bookmark', bookmark) };
  if (given(createdAt)) return { field: 'created_at', at: dateOf('created_at', createdAt) };
  if (!rowFields.some((name) => Object.hasOwn(fields, name))) {
    throw badInput('bookmark', 'must provide a bookmark date');
  }
  return { field: 'created_at' };
}

function fieldsOf(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (!bytes || bytes.length === 0) return {};
  if (bytes.length > maxBytes) throw badInput('body', `The body has ${bytes.length} bytes; the most is ${maxBytes}`);
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (!text.startsWith('{')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Told below.
  }
  throw badInput('body', 'The body is neither a JSON object nor form fields');
}

const given = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** A form that is not encoded has a space where its writer put a plus sign. */
const timeIn = (value: string): string =>
  value
    .replace(/[\s,]+$/, '')
    .trim()
    .replace(/(T[\d:.]+) (\d{2}:?\d{2})$/, '$1+$2');

/** To the millisecond, as browsers have it. */
function dateOf(field: Bookmark['field'], value: unknown): Date {
  const micros = typeof value === 'string' ? microsOfTime(timeIn(value)) : undefined;
  if (micros === undefined) throw badInput(field, `${field} must be a date and time as ISO 8601 writes it`);
  return new Date(Math.floor(micros / 1000));
}
