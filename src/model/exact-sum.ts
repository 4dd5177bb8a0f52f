/**
 * A sum of numbers without any rounding: its parts do not overlap, and together they are the exact sum (Shewchuk, "Adaptive
 * Precision Floating-Point Arithmetic", 1997). So the order of adding makes no difference, and what is taken out leaves nothing.
 */
export type ExactSum = readonly number[];

export function plusExactly(sum: ExactSum, value: number): ExactSum {
  const parts: number[] = [];
  let rest = value;
  for (const part of sum) {
    const [larger, smaller] = Math.abs(rest) < Math.abs(part) ? [part, rest] : [rest, part];
    const rounded = larger + smaller;
    const lost = smaller - (rounded - larger);
    if (lost !== 0) parts.push(lost);
    rest = rounded;
  }
  if (rest !== 0) parts.push(rest);
  return parts;
}

/** The nearest number; of two that are equally near the even one, as IEEE 754 rounds (and Python's `math.fsum`). */
export function rounded(sum: ExactSum): number {
  let total = 0;
  let lost = 0;
  let at = sum.length;
  while (at > 0 && lost === 0) {
    at -= 1;
    const before = total;
    total += sum[at]!;
    lost = sum[at]! - (total - before);
  }
  // Half way between two numbers, what is smaller yet decides.
  if (lost !== 0 && at > 0 && Math.sign(lost) === Math.sign(sum[at - 1]!)) {
    const further = total + 2 * lost;
    if (further - total === 2 * lost) return further;
  }
  return total;
}
