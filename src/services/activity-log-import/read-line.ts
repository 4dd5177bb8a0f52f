import { z } from 'zod';
import { badInput } from '../../base/errors.js';
import { isId } from '../../base/ids.js';
import { memberTexts } from '../../base/json-members.js';
import { actionClasses, actorKinds, outcomes } from '../../model/activity-log.js';
import { occurredAtRange } from '../../model/activity-log-input.js';
import type { EntryDraft } from '../../model/log-record.js';
import { sourceSystems } from '../../model/source-system.js';

const text = z
  .string()
  .min(1)
  .refine((value) => value.isWellFormed(), 'holds a lone surrogate');
const id = z.string().refine(isId, 'must have 24 hexadecimal digits');
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;

/** An instant as exports write it, in microseconds since 1970; undefined for what is none or lies outside our years. */
function microsOf(instant: string): number | undefined {
  const [, fraction = '.'] = moment.exec(instant) ?? [undefined, undefined];
  const date = moment.test(instant) ? new Date(`${instant.slice(0, 19)}Z`) : new Date(Number.NaN);
  const isReal = date >= occurredAtRange.from && date < occurredAtRange.before;
  return isReal ? date.getTime() * 1000 + Number(fraction.slice(1).padEnd(6, '0')) : undefined;
}

const lineForm = z.strictObject({
  id,
  source: z.enum(sourceSystems),
  nativeId: text.optional(),
  action: text,
  actionClass: z.enum(actionClasses),
  occurredAt: z.string().transform((value, context) => {
    const micros = microsOf(value);
    if (micros === undefined)
      context.addIssue({ code: 'custom', message: 'must be an instant in UTC, from 1700 to 2249' });
    return micros ?? 0;
  }),
  actor: z.strictObject({
    kind: z.enum(actorKinds),
    nativeId: text.optional(),
    email: text.optional(),
    username: text.optional(),
    name: text.optional(),
  }),
  object: z.strictObject({ type: text, id: text.optional(), name: text.optional() }).optional(),
  pathwayId: id.optional(),
  platform: text.optional(),
  serial: text.optional(),
  summary: text.optional(),
  outcome: z.enum(outcomes).optional(),
  value: z.number().optional(),
  progress: z
    .strictObject({ percent: z.number().optional(), state: text.optional(), complete: z.boolean().optional() })
    .optional(),
  tags: z.array(text),
  additionalData: z.unknown().optional(),
  changes: z.array(z.unknown()).optional(),
  native: z.unknown().optional(),
  origin: z
    .strictObject({
      // Those that begin so are the gateway's own.
      connection: text.regex(/^[^#]/, 'must not begin with #'),
      key: text.optional(),
      contentHash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must have 64 hexadecimal digits')
        .optional(),
      actor: z
        .string()
        .regex(/^[uen]:./, 'must be an identity')
        .optional(),
      activity: z
        .string()
        .regex(/^[an]:./, 'must be a reference')
        .optional(),
    })
    .optional(),
  // Said of the entry where it was exported; here it has its own.
  cursor: z.unknown(),
  recordedAt: z.unknown(),
  textsErasedAt: z.iso
    .datetime()
    .transform((value) => new Date(value))
    .optional(),
});

/** The connection of what was not exported from a gateway. */
const importConnection = 'import';

/**
 * What a line of an export says, as it is recorded again: under the same id, and the same key for repeats.
 * @throws CodedError BAD_USER_INPUT naming what is wrong with it.
 */
export function draftOfLine(line: string): EntryDraft {
  const parsed = lineForm.safeParse(jsonOf(line));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const field = path.join('.');
    throw badInput(field || 'line', field ? `${field}: ${message}` : message);
  }
  const { id, occurredAt, actor, origin, additionalData, changes, native, cursor, recordedAt, ...rest } = parsed.data;
  const texts = memberTexts(line);
  const said = Object.entries({ additionalData, changes, native }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, texts.get(name)!] as const],
  );
  return {
    kind: 'entry',
    id: id.toLowerCase(),
    ...(origin?.key !== undefined && { nativeKey: origin.key }),
    ...(origin?.contentHash !== undefined && { contentHash: origin.contentHash }),
    entry: {
      ...rest,
      ...Object.fromEntries(said),
      connectionId: origin?.connection ?? importConnection,
      occurredAtMicros: occurredAt,
      actor: { ...actor, ...(origin?.actor !== undefined && { key: origin.actor }) },
      ...(origin?.activity !== undefined && { activityRef: origin.activity }),
    },
  };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badInput('line', 'This is not JSON');
  }
}
