import { badInput, tooLarge } from '../../base/errors.js';
import { jsonText } from '../../base/json.js';
import { actionClassOf } from '../../model/action-class.js';
import { type CreateActivityLogInput, entryLimits, occurredAtRange } from '../../model/activity-log-input.js';
import type { EntryDraft } from '../../model/log-record.js';
import { checkEmail, checkId, checkRequiredText, checkText } from '../input/checks.js';

type EntryContent = Omit<EntryDraft['entry'], 'source' | 'connectionId' | 'actor' | 'activityRef' | 'occurredAtMicros'>;

/** An input that holds what it must; whom and what it names is still to be looked up. */
export interface CheckedInput {
  readonly content: EntryContent;
  /** Absent: when it is recorded. */
  readonly occurredAtMicros?: number;
  readonly key?: string;
  readonly userId?: string;
  readonly userEmail?: string;
  readonly activityId?: string;
  readonly activityKey?: string;
}

/** @throws CodedError BAD_USER_INPUT, TOO_LARGE naming the field below `field`. */
export function checkInput(input: CreateActivityLogInput, field: string): CheckedInput {
  const text = (name: 'platform' | 'serial' | 'summary' | 'key' | 'activityKey') =>
    checkText(input[name], `${field}.${name}`, entryLimits[name]);
  const action = checkRequiredText(input.action, `${field}.action`, entryLimits.action);
  const additionalData = checkJson(input.additionalData, `${field}.additionalData`);
  const content: EntryContent = {
    action,
    actionClass: actionClassOf(action),
    object: checkObject(input.object, `${field}.object`),
    pathwayId: checkId(input.pathwayId, `${field}.pathwayId`),
    platform: text('platform'),
    serial: text('serial'),
    summary: text('summary'),
    outcome: input.outcome ?? undefined,
    value: checkNumber(input.value, `${field}.value`),
    progress: checkProgress(input.progress, `${field}.progress`),
    tags: checkTags(input.tags, `${field}.tags`),
    additionalData,
  };
  const checked = {
    content,
    occurredAtMicros: checkOccurredAt(input.occurredAt, `${field}.occurredAt`),
    key: text('key'),
    userId: checkId(input.userId, `${field}.userId`),
    userEmail: checkEmail(input.userEmail, `${field}.userEmail`, entryLimits.userEmail)?.toLowerCase(),
    activityId: checkId(input.activityId, `${field}.activityId`),
    activityKey: text('activityKey'),
  };
  if (checked.userId !== undefined && checked.userEmail !== undefined) {
    throw badInput(`${field}.userEmail`, 'Give userId or userEmail, not both');
  }
  if (checked.activityId !== undefined && checked.activityKey !== undefined) {
    throw badInput(`${field}.activityKey`, 'Give activityId or activityKey, not both');
  }
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > entryLimits.bytes)
    throw tooLarge(field, `${field} has ${bytes} bytes of JSON; the most is ${entryLimits.bytes}`);
  return checked;
}

function checkOccurredAt(date: Date | null | undefined, field: string): number | undefined {
  if (date === null || date === undefined) return undefined;
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw badInput(field, `${field} is no date`);
  if (ms < occurredAtRange.from.getTime() || ms >= occurredAtRange.before.getTime()) {
    throw badInput(field, `${field} must lie in the years from 1700 to 2249`);
  }
  return ms * 1000;
}

function checkObject(object: CreateActivityLogInput['object'], field: string): EntryContent['object'] {
  if (!object) return undefined;
  return {
    type: checkRequiredText(object.type, `${field}.type`, entryLimits.objectType),
    id: checkText(object.id, `${field}.id`, entryLimits.objectId),
    name: checkText(object.name, `${field}.name`, entryLimits.objectName),
  };
}

function checkNumber(value: number | null | undefined, field: string): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (!Number.isFinite(value)) throw badInput(field, `${field} must be a finite number`);
  return value;
}

function checkProgress(progress: CreateActivityLogInput['progress'], field: string): EntryContent['progress'] {
  if (!progress) return undefined;
  const percent = checkNumber(progress.percent, `${field}.percent`);
  if (percent !== undefined && (percent < 0 || percent > 100)) {
    throw badInput(`${field}.percent`, `${field}.percent must lie from 0 to 100`);
  }
  const checked = {
    percent,
    state: checkText(progress.state, `${field}.state`, entryLimits.progressState),
    complete: progress.complete ?? undefined,
  };
  return Object.values(checked).every((value) => value === undefined) ? undefined : checked;
}

function checkTags(tags: readonly string[] | null | undefined, field: string): string[] {
  if (!tags) return [];
  if (tags.length > entryLimits.tags) throw badInput(field, `${field} must hold at most ${entryLimits.tags} tags`);
  return tags.map((tag, index) => checkRequiredText(tag, `${field}[${index}]`, entryLimits.tag));
}

/** Null is a value of its own here, unlike everywhere else: JSON has it. But at the top it says no more than absence. */
function checkJson(value: unknown, field: string): string | undefined {
  return value === undefined || value === null ? undefined : jsonText(value, field);
}
