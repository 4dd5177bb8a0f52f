import { z } from 'zod';
import { badInput, tooLarge } from '../base/errors.js';
import { checkJson, isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { entryLimits } from '../model/activity-log-input.js';

/**
 * The JSON object that the bytes of a posted entry hold, and their text.
 * @throws CodedError BAD_USER_INPUT, TOO_LARGE naming `body` or a path below it.
 */
export function readJsonBody(bytes: Uint8Array | undefined): { readonly value: JsonObject; readonly native: string } {
  if (!bytes || bytes.length === 0) throw badInput('body', 'The body must be a JSON object; it is empty');
  if (bytes.length > entryLimits.bytes) {
    throw tooLarge('body', `The body has ${bytes.length} bytes; the most is ${entryLimits.bytes}`);
  }
  const native = decode(bytes);
  const value = parse(native);
  checkJson(value, 'body');
  if (holdsInfinity(value)) throw badInput('body', 'The body holds a number that is too large');
  if (!isJsonObject(value)) throw badInput('body', 'The body must be a JSON object');
  return { value, native };
}

/** The known fields of an object. @throws CodedError BAD_USER_INPUT naming the first field that is wrong, and telling all. */
export function checkFields<T>(schema: z.ZodType<T>, value: JsonObject): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${fieldName(path)} ${message}`);
  throw badInput(fieldName(parsed.error.issues[0]!.path), mistakes.join('; '));
}

/** A text field of at most so many characters; it may be empty. */
export const textField = (maxLength: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be a string') })
    .max(maxLength, `must have at most ${maxLength} characters`);

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
