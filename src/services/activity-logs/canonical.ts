import { createHash } from 'node:crypto';

/** Keys sorted, what is undefined left out, objects as lists of pairs so that a key like `__proto__` is data. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const pairs = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, item]) => [key, canonical(item)]);
  return { pairs };
}

/** SHA-256 (hex) over plain JSON content, whatever the order of its keys. */
export const contentHashOf = (content: object): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(content)))
    .digest('hex');
