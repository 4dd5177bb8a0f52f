import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../scripts/support/random.js';
import {
  type BucketInterval,
  bucketBounds,
  bucketIntervals,
  bucketRuns,
  bucketStart,
} from '../../src/model/buckets.js';
import { TimeZone } from '../../src/model/time-zone.js';

const zoneOf = (name: string): TimeZone => TimeZone.named(name)!;

/** The buckets that begin between two moments, as clocks there show them, each with its hours. */
function buckets(zoneName: string, interval: BucketInterval, from: string, through: string): string[] {
  const zone = zoneOf(zoneName);
  const bounds = bucketBounds(zone, interval, Date.parse(from), Date.parse(through), 1000)!;
  return bounds.slice(0, -1).map((start, at) => `${zone.text(start)} ${(bounds[at + 1]! - start) / 3_600_000}`);
}

describe('buckets', () => {
  it('are days of 23 and of 25 hours where clocks are changed', () => {
    expect(buckets('Europe/Berlin', 'DAY', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual([
      '2026-03-28T00:00:00+01:00 24',
      '2026-03-29T00:00:00+01:00 23',
      '2026-03-30T00:00:00+02:00 24',
    ]);
    expect(buckets('Europe/Berlin', 'DAY', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toEqual([
      '2026-10-24T00:00:00+02:00 24',
      '2026-10-25T00:00:00+02:00 25',
      '2026-10-26T00:00:00+01:00 24',
    ]);
  });

  it('are every hour that clocks show, one that comes twice being two', () => {
    expect(buckets('Europe/Berlin', 'HOUR', '2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z')).toEqual([
      '2026-03-29T01:00:00+01:00 1',
      '2026-03-29T03:00:00+02:00 1',
    ]);
    expect(buckets('Europe/Berlin', 'HOUR', '2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z')).toEqual([
      '2026-10-25T02:00:00+02:00 1',
      '2026-10-25T02:00:00+01:00 1',
      '2026-10-25T03:00:00+01:00 1',
    ]);
    // By half an hour.
    expect(buckets('Australia/Lord_Howe', 'HOUR', '2026-04-04T14:10:00Z', '2026-04-04T15:40:00Z')).toEqual([
      '2026-04-05T01:00:00+11:00 1',
      '2026-04-05T01:30:00+10:30 0.5',
      '2026-04-05T02:00:00+10:30 1',
    ]);
  });

  it('begin at the full hour of half-hour and quarter-hour zones', () => {
    expect(buckets('Asia/Kolkata', 'HOUR', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toEqual([
      '2026-01-01T05:00:00+05:30 1',
    ]);
    expect(buckets('Asia/Kathmandu', 'DAY', '2026-01-01T18:20:00Z', '2026-01-01T18:20:00Z')).toEqual([
      '2026-01-02T00:00:00+05:45 24',
    ]);
  });

  it('are weeks from Monday on', () => {
    expect(buckets('America/New_York', 'WEEK', '2026-03-02T04:59:00Z', '2026-03-09T04:00:00Z')).toEqual([
      '2026-02-23T00:00:00-05:00 168',
      '2026-03-02T00:00:00-05:00 167',
      '2026-03-09T00:00:00-04:00 168',
    ]);
  });

  it('begin where there is no midnight when clocks are put forward, and leave out a day that was none', () => {
    expect(buckets('Africa/Cairo', 'DAY', '2026-04-23T12:00:00Z', '2026-04-24T12:00:00Z')).toEqual([
      '2026-04-23T00:00:00+02:00 24',
      '2026-04-24T01:00:00+03:00 23',
    ]);
    expect(buckets('Pacific/Apia', 'DAY', '2011-12-30T01:00:00Z', '2011-12-30T12:00:00Z')).toEqual([
      '2011-12-29T00:00:00-10:00 24',
      '2011-12-31T00:00:00+14:00 24',
    ]);
  });

  it('follow each other without gap or overlap, whatever the zone: a moment is in the one that begins last before it', () => {
    const random = new SeededRandom(7);
    const days = { HOUR: 1, DAY: 9, WEEK: 60 };
    for (const name of Intl.supportedValuesOf('timeZone')) {
      const zone = zoneOf(name);
      for (const interval of bucketIntervals) {
        const from = random.between(Date.parse('1972-01-01'), Date.parse('2045-01-01'));
        const bounds = bucketBounds(zone, interval, from, from + days[interval] * 86_400_000, 1000)!;
        for (let at = 0; at + 1 < bounds.length; at += 1) {
          const [start, end] = [bounds[at]!, bounds[at + 1]!];
          expect(end).toBeGreaterThan(start);
          for (const moment of [start, random.between(start, end - 1), end - 1]) {
            expect(`${name} ${bucketStart(zone, interval, moment)}`).toBe(`${name} ${start}`);
          }
        }
      }
    }
  });

  it('are no more than wanted', () => {
    const day = (end: string, most: number) => bucketBounds(zoneOf('UTC'), 'DAY', 0, Date.parse(end), most)?.length;
    expect(day('1970-01-10T00:00:00Z', 10)).toBe(11);
    expect(day('1970-01-11T00:00:00Z', 10)).toBeUndefined();
  });

  it('are told shortly as runs of equal steps', () => {
    const bounds = bucketBounds(
      zoneOf('Europe/Berlin'),
      'DAY',
      Date.parse('2026-01-01'),
      Date.parse('2026-12-31'),
      400,
    )!;
    const runs = bucketRuns(bounds);
    expect(runs).toHaveLength(5);
    const told = runs.flatMap(({ index, start, end, step }) =>
      Array.from({ length: (end - start) / step }, (_, n) => [index + n, start + n * step]),
    );
    expect(told).toEqual(bounds.slice(0, -1).map((start, index) => [index, start]));
  });
});

describe('a time zone', () => {
  it('goes by its name in the database, in any case, and by nothing else', () => {
    expect(zoneOf('europe/berlin').name).toBe('Europe/Berlin');
    for (const wrong of ['', 'Mars/Phobos', 'Europe/Berlin ', 'CEST?', '__proto__']) {
      expect(TimeZone.named(wrong)).toBeUndefined();
    }
  });
});
