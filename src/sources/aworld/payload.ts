import { z } from 'zod';
import { badInput, tooLarge } from '../../base/errors.js';
import { findMalformedText, type JsonValue, jsonText } from '../../base/json.js';
import { outcomes } from '../../model/activity-log.js';
import { entryLimits, occurredAtRange } from '../../model/activity-log-input.js';

/** What one post may hold; characters unless said otherwise. AWorld documents no limits, these are ours. */
export const limits = {
  id: 200,
  tag: entryLimits.tag,
  tags: entryLimits.tags,
  idempotencyKey: 255,
  bytes: entryLimits.bytes,
} as const;

const text = (maxLength: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be a string') })
    .max(maxLength, `must have at most ${maxLength} characters`);
const id = text(limits.id).min(1, 'must not be empty');

const isObject = (value: unknown): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSaneDate(text: string): boolean {
  const date = new Date(text);
  return date >= occurredAtRange.from && date < occurredAtRange.before;
}

/** The body of `POST /app/v1/activity-logs`. Fields that are not documented are let pass; they stay in the native text. */
const bodySchema = z.object({
  activityId: id,
  userId: id.optional(),
  outcome: z.enum(outcomes, `must be one of ${outcomes.join(', ')}`).optional(),
  value: z.number('must be a number').optional(),
  tags: z
    .array(text(limits.tag), 'must be a list of strings')
    .max(limits.tags, `must hold at most ${limits.tags} tags`)
    .optional(),
  // Kept as the very object that was parsed: a copy would lose keys such as `__proto__`.
  additionalData: z.custom<Record<string, JsonValue>>(isObject, 'must be an object').optional(),
  activityLogId: id.optional(),
  completedAt: z.iso
    .datetime({ offset: true, abort: true, error: 'must be a date and time such as 2019-08-24T14:15:22.123Z' })
    .refine(isSaneDate, 'must lie in the years from 1700 to 2249')
    .optional(),
});

/** What a caller says of one performance of an activity. */
export type ActivityLogBody = z.output<typeof bodySchema>;

/** A log as AWorld answers it. */
export interface ActivityLogFields extends ActivityLogBody {
  readonly userId: string;
  readonly value: number;
  readonly activityLogId: string;
  readonly completedAt: string;
}

/** A definition as AWorld answers it. */
export interface ActivityFields {
  readonly activityId: string;
  readonly name: string;
  readonly origin: 'CATALOG' | 'CUSTOM';
  readonly activityCatalogId?: string;
  readonly syncWithCatalog: boolean;
  readonly defaultLang: string;
  readonly langs: readonly string[];
  readonly accountId: string;
  readonly workspaceId: string;
  readonly sourceRegion: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * The body that these bytes hold, and their text.
 * @throws CodedError BAD_USER_INPUT, TOO_LARGE naming the field.
 */
export function readBody(bytes: Uint8Array | undefined): { readonly body: ActivityLogBody; readonly native: string } {
  if (!bytes || bytes.length === 0) throw badInput('body', 'The body must be a JSON object; it is empty');
  if (bytes.length > limits.bytes) {
    throw tooLarge('body', `The body has ${bytes.length} bytes; the most is ${limits.bytes}`);
  }
  const native = decode(bytes);
  const value = parse(native);
  jsonText(value, 'body');
  const malformed = findMalformedText(value, 'body');
  if (malformed !== undefined) {
    throw badInput(malformed, `${malformed} holds a lone surrogate, which is no Unicode text`);
  }
  if (holdsInfinity(value)) throw badInput('body', 'The body holds a number that is too large');
  if (!isObject(value)) throw badInput('body', 'The body must be a JSON object');
  return { body: checkBody(value), native };
}

/** The known fields of a text that was accepted before. */
export const knownFields = (native: string): ActivityLogBody => bodySchema.parse(JSON.parse(native));

function checkBody(value: Record<string, JsonValue>): ActivityLogBody {
  const parsed = bodySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${fieldName(path)} ${message}`);
  throw badInput(fieldName(parsed.error.issues[0]!.path), mistakes.join('; '));
}

const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}${String(part)}`), '');

/** A number such as 1e999, which would come back as null. */
function holdsInfinity(value: JsonValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badInput('body', 'The body is not UTF-8');
  }
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw badInput('body', 'The body is not JSON');
  }
}
