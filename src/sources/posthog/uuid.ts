import type { Id } from '../../base/ids.js';

/** Three letters for what a UUID stands for, so that equal ids of different things differ. */
type Kind = 'log' | 'usr' | 'org' | 'prj';

/**
 * One of our ids as a UUID: always the same one for the same thing, and ours can be read back from it. Version 8 of
 * RFC 9562, whose content is its maker's.
 */
export function uuidOf(kind: Kind, id: Id): string {
  const digits = id.toLowerCase();
  const [a, b, c, d] = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 15), digits.slice(15, 18)];
  return `${a}-${b}-8${c}-8${d}-${digits.slice(18)}${tagOf(kind)}`;
}

/** The id that such a UUID was made from; undefined for any other text. */
export function idOfUuid(kind: Kind, uuid: string): Id | undefined {
  const [, a, b, c, d, e, tag] =
    /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{6})([0-9a-f]{6})$/i.exec(uuid) ?? [];
  if (tag?.toLowerCase() !== tagOf(kind)) return undefined;
  return `${a}${b}${c}${d}${e}`.toLowerCase();
}

const tagOf = (kind: Kind): string => Buffer.from(kind).toString('hex');
