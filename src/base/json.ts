import { badInput, tooLarge } from './errors.js';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = Record<string, JsonValue>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How deep a caller's JSON may nest, objects and lists alike. */
const maxDepth = 32;

/**
 * The JSON text of a caller's value, with every key kept as data (`$where`, `a.b`, `__proto__`).
 * @throws CodedError as `checkJson`.
 */
export function jsonText(value: unknown, field: string): string {
  checkJson(value, field);
  return JSON.stringify(value);
}

/**
 * @throws CodedError TOO_LARGE naming `field` where it nests deeper than 32 levels; BAD_USER_INPUT naming the path below
 * `field` of a text that is no well-formed Unicode (a lone surrogate).
 */
export function checkJson(value: unknown, field: string): void {
  checkDepth(value, field, 0);
  const malformed = malformedText(value, field);
  if (malformed !== undefined)
    throw badInput(malformed, `${malformed} holds a lone surrogate, which is no Unicode text`);
}

function checkDepth(value: unknown, field: string, depth: number): void {
  if (value === null || typeof value !== 'object') return;
  if (depth >= maxDepth) throw tooLarge(field, `${field} nests deeper than ${maxDepth} levels`);
  for (const item of Array.isArray(value) ? value : Object.values(value)) checkDepth(item, field, depth + 1);
}

/** The path of the first one; undefined where all is well. */
function malformedText(value: unknown, field: string): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : field;
  if (value === null || typeof value !== 'object' || value instanceof Date) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) return field;
    const found = malformedText(item, `${field}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
