import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExactSum, plusExactly, rounded } from '../../src/model/exact-sum.js';

const summed = (values: readonly number[]): ExactSum => values.reduce(plusExactly, [] as ExactSum);
const value = fc.oneof(
  fc.double({ min: -1e200, max: 1e200, noNaN: true }),
  fc.constantFrom(0.1, 0.2, -0.3, 1e16, 1, -1e200, 5e-324),
);

/** A double as a whole number of the smallest unit that there is. */
function units(double: number): bigint {
  const bits = new BigUint64Array(new Float64Array([double]).buffer)[0]!;
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -size : size;
}

const unitsOf = (values: readonly number[]): bigint => values.reduce((sum, one) => sum + units(one), 0n);

describe('an exact sum', () => {
  it('loses nothing', () => {
    expect(rounded(summed([1e16, 1, -1e16]))).toBe(1);
    expect(rounded(summed(Array(10).fill(0.1)))).toBe(1);
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        expect(unitsOf(summed(values))).toBe(unitsOf(values));
      }),
    );
  });

  it('is nearest to what it stands for, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        const sum = rounded(summed(values));
        expect(rounded(summed([...values].reverse()))).toBe(sum);
        const off = (double: number): bigint => {
          const distance = units(double) - unitsOf(values);
          return distance < 0n ? -distance : distance;
        };
        for (const neighbour of [sum * (1 + 2 ** -52), sum * (1 - 2 ** -52)]) {
          expect(off(sum) <= off(neighbour)).toBe(true);
        }
      }),
    );
  });

  it('is nothing again once all is taken out, in any order', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        const taken = [...values].sort().map((one) => -one);
        expect(summed([...values, ...taken])).toEqual([]);
      }),
    );
  });
});
