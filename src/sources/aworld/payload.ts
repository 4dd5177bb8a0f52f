import { z } from 'zod';
import { isJsonObject, type JsonValue } from '../../base/json.js';
import { outcomes } from '../../model/activity-log.js';
import { entryLimits, occurredAtRange } from '../../model/activity-log-input.js';
import { checkFields, readJsonBody, textField } from '../json-body.js';

/** What one post may hold; characters unless said otherwise. AWorld documents no limits, these are ours. */
export const limits = {
  id: 200,
  tag: entryLimits.tag,
  tags: entryLimits.tags,
  idempotencyKey: 255,
} as const;

const id = textField(limits.id).min(1, 'must not be empty');

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
    .array(textField(limits.tag), 'must be a list of strings')
    .max(limits.tags, `must hold at most ${limits.tags} tags`)
    .optional(),
  // Kept as the very object that was parsed: a copy would lose keys such as `__proto__`.
  additionalData: z.custom<Record<string, JsonValue>>(isJsonObject, 'must be an object').optional(),
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
  const { value, native } = readJsonBody(bytes);
  return { body: checkFields(bodySchema, value), native };
}

/** The known fields of a text that was accepted before. */
export const knownFields = (native: string): ActivityLogBody => bodySchema.parse(JSON.parse(native));
