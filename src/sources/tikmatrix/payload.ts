import { z } from 'zod';
import { entryLimits, occurredAtRange } from '../../model/activity-log-input.js';
import { checkFields, readJsonBody, textField } from '../json-body.js';

/** What one row may hold, in characters. TikMatrix documents no limits, these are ours. */
const limits = {
  platform: entryLimits.platform,
  serial: entryLimits.serial,
  action_type: entryLimits.action,
  action_detail: entryLimits.summary,
  username: 200,
} as const;

const required = (maxLength: number) => textField(maxLength).refine((text) => text.trim() !== '', 'must not be empty');

/** The first second that no entry can have. Milliseconds of any day since 1970-04 are above it. */
const endOfTime = occurredAtRange.before.getTime() / 1000;

/** The body of `POST /api/v1/activity_log`. Fields that are not documented are let pass; they stay in the native text. */
const bodySchema = z.object({
  platform: required(limits.platform),
  serial: required(limits.serial),
  action_type: required(limits.action_type),
  action_detail: textField(limits.action_detail).nullish(),
  username: textField(limits.username).nullish(),
  timestamp: z
    .int('must be a whole number of seconds since 1970')
    .min(0, 'must be a whole number of seconds since 1970')
    .refine((seconds) => seconds < endOfTime, 'must be in seconds since 1970, not milliseconds')
    .nullish(),
});

/** What a caller says of one action of a device. */
export type RowBody = z.output<typeof bodySchema>;

/** A row as TikMatrix answers it, with whatever else was posted. */
export interface Row extends RowBody {
  readonly id: number;
}

/** @throws CodedError BAD_USER_INPUT, TOO_LARGE naming the field. */
export function readBody(bytes: Uint8Array | undefined): { readonly body: RowBody; readonly native: string } {
  const { value, native } = readJsonBody(bytes);
  return { body: checkFields(bodySchema, value), native };
}
