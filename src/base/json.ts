import { tooLarge } from './errors.js';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** How deep a caller's JSON may nest, objects and lists alike. */
export const maxJsonDepth = 32;

/**
 * The JSON text of a caller's value, with every key kept as data (`$where`, `a.b`, `__proto__`).
 * @throws CodedError TOO_LARGE naming `field` when it nests deeper than 32 levels.
 */
export function jsonText(value: unknown, field: string): string {
  checkDepth(value, field, 0);
  return JSON.stringify(value);
}

function checkDepth(value: unknown, field: string, depth: number): void {
  if (value === null || typeof value !== 'object') return;
  if (depth >= maxJsonDepth) throw tooLarge(field, `${field} nests deeper than ${maxJsonDepth} levels`);
  for (const item of Array.isArray(value) ? value : Object.values(value)) checkDepth(item, field, depth + 1);
}

/**
 * The first place of a string that is not well-formed Unicode (a lone surrogate), as a path below `field`; undefined where all is well.
 */
export function findMalformedText(value: unknown, field: string): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : field;
  if (value === null || typeof value !== 'object' || value instanceof Date) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) return field;
    const found = findMalformedText(item, `${field}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
