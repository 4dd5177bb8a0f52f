import fc, { type Arbitrary } from 'fast-check';
import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
} from 'graphql';

/** What exists somewhere and may be named by anybody: ids, cursors, keys. None of it is secret. */
export interface Known {
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly words: readonly string[];
}

/** Choices that one number decides. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Both bounds are possible. */
  int(min: number, max: number): number {
    return min + Math.floor(this.#next() * (max - min + 1));
  }

  of<T>(arbitrary: Arbitrary<T>): T {
    return fc.sample(arbitrary, { seed: this.int(0, 2 ** 31 - 1), numRuns: 1 })[0]!;
  }

  /** Mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

export const chance = (g: Random, percent: number): boolean => g.int(0, 99) < percent;
export const oneOf = <T>(g: Random, items: readonly T[]): T => items[g.int(0, items.length - 1)]!;

const strings = (['binary', 'grapheme', 'grapheme-ascii'] as const).map((unit) => fc.string({ unit, maxLength: 30 }));
const anyJson = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
const strange = ['', ' ', '\ud800', '\u0000', '$where', '__proto__', 'constructor', 'a.b', '../..', '%00', '𝒜', '\'"`'];
const numbers = [0, 1, -1, 20, 1000, 1001, 2 ** 31, -(2 ** 31) - 1, 1e21, 0.5, Number.MAX_SAFE_INTEGER];

export function text(g: Random, known: Known): string {
  if (chance(g, 40)) return oneOf(g, known.words);
  if (chance(g, 30)) return oneOf(g, strange);
  if (chance(g, 20)) return oneOf(g, known.ids);
  if (chance(g, 3)) return 'x'.repeat(g.int(200, 300_000));
  return g.of(oneOf(g, strings));
}

/** One that was given out, perhaps to another workspace, or something that is nearly one. */
export function cursor(g: Random, known: Known): string {
  const given = oneOf(g, known.cursors);
  if (chance(g, 50)) return given;
  const at = g.int(0, given.length - 1);
  if (chance(g, 30)) return given.slice(0, at);
  if (chance(g, 30)) return given + given;
  if (chance(g, 20)) return text(g, known);
  return `${given.slice(0, at)}${oneOf(g, ['A', 'z', '0', '-', '_', '='])}${given.slice(at + 1)}`;
}

const id = (g: Random, known: Known): string => {
  if (chance(g, 70)) return oneOf(g, known.ids);
  return chance(g, 50) ? '0'.repeat(24) : text(g, known);
};

const moments = ['2026-03-01T09:30:00.000Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z'];

/** JSON of any kind, shallow or, seldom, very deep. */
export function json(g: Random): unknown {
  if (chance(g, 3)) {
    const depth = g.int(30, 1_500);
    return JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  }
  return g.of(anyJson);
}

/** A value of a type of the schema; seldom one that it does not have. */
export function valueFor(g: Random, type: GraphQLInputType, known: Known, depth = 0): unknown {
  if (chance(g, 3)) return json(g);
  if (isNonNullType(type)) return valueFor(g, type.ofType, known, depth);
  if (chance(g, 6)) return null;
  if (isListType(type)) {
    const length = chance(g, 2) ? 1_001 : g.int(0, 3);
    const item = valueFor(g, type.ofType, known, depth + 1);
    return Array.from({ length }, () => (length > 3 ? item : valueFor(g, type.ofType, known, depth + 1)));
  }
  if (isEnumType(type)) return oneOf(g, type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => {
      if (isRequiredInputField(field)) return !chance(g, 2);
      return depth < 4 && chance(g, 30);
    });
    return Object.fromEntries(fields.map((field) => [field.name, valueFor(g, field.type, known, depth + 1)]));
  }
  return isScalarType(type) ? scalar(g, type.name, known) : null;
}

function scalar(g: Random, name: string, known: Known): unknown {
  switch (name) {
    case 'Int':
    case 'Float':
      return chance(g, 60) ? g.int(0, 30) : oneOf(g, numbers);
    case 'Boolean':
      return chance(g, 50);
    case 'ObjectID':
    case 'ID':
      return id(g, known);
    case 'PageCursor':
    case 'FeedCursor':
      return cursor(g, known);
    case 'DateTime':
      return chance(g, 70) ? oneOf(g, moments) : text(g, known);
    case 'JSON':
      return json(g);
    default:
      return text(g, known);
  }
}
