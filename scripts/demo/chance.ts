import { SeededRandom } from '../support/random.js';

const nanoidAlphabet = 'useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict';
const hexDigits = '0123456789abcdef';

/** What a seed decides: picks, odds, and ids of the forms that the systems use. */
export class Chance extends SeededRandom {
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }

  /** True in `share` of all cases, 0 to 1. */
  odds(share: number): boolean {
    return this.next() < share;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let left = this.next() * entries.reduce((total, [, weight]) => total + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries.at(-1)![0];
  }

  /** One of the first items far more often than one of the last: some people do much, most do little. */
  pickUneven<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() ** 2 * list.length)]!;
  }

  /** A number with one digit after the point. */
  tenths(low: number, high: number): number {
    return this.between(low * 10, high * 10) / 10;
  }

  hex(length: number): string {
    return this.#text(hexDigits, length);
  }

  nanoid(length = 21): string {
    return this.#text(nanoidAlphabet, length);
  }

  uuid(): string {
    const digits = this.hex(32);
    const variant = hexDigits[8 + Math.floor(this.next() * 4)];
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `${variant}${digits.slice(17, 20)}`,
      digits.slice(20),
    ].join('-');
  }

  #text(alphabet: string, length: number): string {
    let text = '';
    for (let i = 0; i < length; i += 1) text += alphabet[Math.floor(this.next() * alphabet.length)];
    return text;
  }
}
