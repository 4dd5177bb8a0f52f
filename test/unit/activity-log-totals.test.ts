import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../scripts/support/random.js';
import { countChange, countedKey, momentOf, quarterMs } from '../../src/model/activity-log-counts.js';
import { countedIn, inTotals, keysOf, spansOf } from '../../src/model/activity-log-totals.js';

const seed = Number(process.env.SEED ?? 20_261_122);
const random = new SeededRandom(seed);
const [low, high] = [Date.parse('1969-12-29T00:00:00Z'), Date.parse('1970-03-04T00:00:00Z')];
const someQuarter = (): number => low + quarterMs * random.between(0, (high - low) / quarterMs);

const changeAt = (ms: number) =>
  countChange(
    7,
    7,
    { source: 'THRIVE', action: 'a/b', actionClass: 'OTHER', occurredAtMicros: ms * 1000, tags: [], value: 3 },
    1,
  );

/** Lengths that matter: within a day, within a month, across several, with no beginning, with no end. */
const times = Array.from({ length: 60 }, (_, n): [number, number] => {
  const one = someQuarter();
  const other = [one + quarterMs * random.between(1, 95), one + 86_400_000 * random.between(1, 9), someQuarter()][
    n % 3
  ]!;
  const [from, before] = [Math.min(one, other), Math.max(one, other)];
  return [n % 7 === 0 ? Number.NEGATIVE_INFINITY : from, n % 5 === 0 ? Number.POSITIVE_INFINITY : before];
}).filter(([from, before]) => from < before);

describe(`a time, put together from counts of periods (seed ${seed})`, () => {
  it.each([true, false])('takes each quarter of an hour from one part of one document, of kinds %s', (byKind) => {
    const quarters = Array.from({ length: (high - low) / quarterMs }, (_, n) => {
      const moment = low + n * quarterMs;
      const change = changeAt(moment);
      const stored = [...(byKind ? [change] : []), ...inTotals(change)].map(
        (one) => [countedKey(one.of), one.quarter] as const,
      );
      return { moment, change, stored };
    });
    for (const [from, before] of times) {
      const spans = spansOf(from, before);
      expect(spans.length).toBeLessThanOrEqual(5);
      const ranges = spans.map((span) => [keysOf(span, byKind), span.parts ?? [0, 96]] as const);
      for (const { moment, change, stored } of quarters) {
        const holding = ranges.flatMap(([[first, end], [lowest, beyond]]) =>
          stored.filter(([key, part]) => key! >= first && key! < end && part! >= lowest && part! < beyond),
        );
        const isWithin = moment >= from && moment < before;
        if (holding.length !== (isWithin ? 1 : 0)) expect([from, before, moment, holding]).toEqual([]);
        if (!isWithin) continue;
        const span = spans.find((one) => moment >= one.from && moment < one.before)!;
        if (countedKey(countedIn(span, change, byKind)) !== holding[0]![0]) expect(holding).toEqual([from, before]);
      }
    }
  });

  it('is nothing where it has no length, and one document at all times', () => {
    expect(spansOf(low, low)).toEqual([]);
    expect(spansOf(high, low)).toEqual([]);
    const [span, ...others] = spansOf(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect(others).toEqual([]);
    expect(keysOf(span!, false)).toEqual(['all/ever/', 'all/ever0']);
  });

  it('knows when a change was', () => {
    const change = changeAt(low + 5 * quarterMs + 17);
    expect(momentOf(change.of, change.quarter)).toBe(low + 5 * quarterMs);
    expect(inTotals(change).every(({ value, by, entrySeq }) => value === undefined && by === 1 && entrySeq === 7)).toBe(
      true,
    );
  });
});
