import type { Latency } from './latency.js';
import { page1, page1000 } from './operations.js';
import type { SizeFigures } from './run.js';

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const header = (cells: readonly string[]): string[] => [line(cells), line(cells.map(() => '---'))];
const grouped = (value: number): string =>
  Number.isNaN(value) ? '–' : value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const times = (value: number): string => value.toFixed(2);

/** How one operation did, in one line. */
export const latencyLine = ({ name, entries, p50, p99, samples, tooSlow }: Latency): string =>
  `        ${name}, ${grouped(entries)}: p50 ${ms(p50)} ms, p99 ${ms(p99)} ms, of ${samples}${slowNote(tooSlow, samples)}`;

const slowNote = (tooSlow: number, samples: number): string =>
  tooSlow === 0 ? '' : tooSlow === samples ? ', QUERY_TOO_SLOW' : `, ${tooSlow} of them QUERY_TOO_SLOW`;

/** Each operation with its figures at every size, and how they grew over the first. */
export function latencyTable(all: readonly SizeFigures[]): string[] {
  const [first] = all;
  const names = [...first!.reads, first!.single].map(({ name }) => name);
  const titles = all.flatMap(({ entries }) => [`p50 ms, ${grouped(entries)}`, 'p99 ms', 'examined']);
  const growths = all.slice(1).flatMap(({ entries }) => [`p50 ×, ${grouped(entries)}`, 'p99 ×']);
  const cellsOf = (name: string): string[] => {
    const latencies = all.map((one) => latencyOf(one, name));
    const figures = latencies.flatMap((latency, at) => [
      latency.tooSlow === latency.samples ? `too slow: ${ms(latency.p50)}` : ms(latency.p50),
      `${ms(latency.p99)}${latency.tooSlow % latency.samples ? ` (${latency.tooSlow} of ${latency.samples} too slow)` : ''}`,
      grouped(all[at]!.explained.get(name)?.documentsExamined ?? Number.NaN),
    ]);
    const [base, ...others] = latencies;
    return [...figures, ...others.flatMap(({ p50, p99 }) => [times(p50 / base!.p50), times(p99 / base!.p99)])];
  };
  return [...header(['Operation', ...titles, ...growths]), ...names.map((name) => line([name, ...cellsOf(name)]))];
}

const latencyOf = ({ reads, single }: SizeFigures, name: string): Latency =>
  [...reads, single].find((latency) => latency.name === name)!;

/** What is measured by how much of it is done in a second. */
export function rateTable(all: readonly SizeFigures[]): string[] {
  const row = (name: string, of: (one: SizeFigures) => number): (string | number)[] => {
    const values = all.map(of);
    return [name, ...values.map(grouped), ...values.slice(1).map((value) => times(value / values[0]!))];
  };
  const { folds } = all[0]!;
  const foldNote = (at: number): string =>
    all.map(({ folds: made }) => (made[at]!.isWhole ? 'whole' : `the first ${grouped(made[at]!.folded)}`)).join(', ');
  const rows = [
    row('Loaded/s, without indexes', ({ load }) => load.loadedPerSecond),
    row('Making all indexes, s', ({ load }) => load.indexSeconds),
    row('Appended/s through the recorder, one process', ({ appendedPerSecond }) => appendedPerSecond),
    ...folds.map(({ name }, at) => row(`Folded/s, ${name} (${foldNote(at)})`, (one) => one.folds[at]!.perSecond)),
    ...folds.map(({ name }, at) => row(`Folded/s, ${name}, what was appended`, (one) => one.tailFolds[at]!.perSecond)),
    row('All folds there after the last single entry, ms', ({ foldedAfterMs }) => foldedAfterMs),
    row('Exported/s', ({ exported }) => exported.perSecond),
    row('Data, bytes an entry', ({ sizes }) => sizes.dataPerEntry),
    row('Data on the disk, bytes an entry', ({ sizes }) => sizes.storagePerEntry),
    row('Indexes, bytes an entry', ({ sizes }) => sizes.indexPerEntry),
    row("The engine's cache at most, MB", ({ sizes }) => sizes.cacheMost / 2 ** 20),
    row('of it used after loading, MB', ({ sizes }) => sizes.cacheUsed / 2 ** 20),
  ];
  const titles = [
    ...all.map(({ entries }) => grouped(entries)),
    ...all.slice(1).map(({ entries }) => `×, ${grouped(entries)}`),
  ];
  return [...header(['What', ...titles]), ...rows.map(line)];
}

/** Each index: what it takes, and how much faster entries are inserted without it. */
export function indexTable(all: readonly SizeFigures[]): string[] {
  const costs = all.find(({ indexCosts }) => indexCosts)?.indexCosts ?? [];
  const costOf = (name: string | undefined) => costs.find(({ left }) => left === name);
  const [withAll, share] = [costOf(undefined), (value: number): string => `${(value * 100).toFixed(0)} %`];
  const rows = Object.keys(all[0]!.sizes.perIndex).map((name) => {
    const without = costOf(name);
    const cells =
      without && withAll
        ? [
            grouped(without.perSecond),
            share(without.perSecond / withAll.perSecond - 1),
            without.engineMs.toFixed(0),
            share(1 - without.engineMs / withAll.engineMs),
          ]
        : ['–', '–', '–', '–'];
    return [name, ...all.map(({ sizes }) => ms(sizes.perIndex[name]!)), ...cells];
  });
  const titles = all.map(({ entries }) => `bytes an entry, ${grouped(entries)}`);
  return [
    ...header(['Index', ...titles, 'inserted/s without it', 'faster by', "engine's ms/1,000 without it", 'saved']),
    ...rows.map(line),
    line([
      'all of them',
      ...all.map(({ sizes }) => ms(sizes.indexPerEntry)),
      ...[grouped(withAll?.perSecond ?? Number.NaN), '–', withAll?.engineMs.toFixed(0) ?? '–', '–'],
    ]),
  ];
}

const [farOverFirst, growth] = [1.3, 1.5];

/** The targets, and what misses them. */
export function verdicts(all: readonly SizeFigures[]): string[] {
  const met = (isMet: boolean): string => (isMet ? 'met' : 'MISSED');
  const far = all.map((one) => {
    const ratio = latencyOf(one, page1000).p50 / latencyOf(one, page1).p50;
    return `${page1000} within ${farOverFirst} × ${page1} at ${grouped(one.entries)}: ${times(ratio)}, ${met(ratio <= farOverFirst)}`;
  });
  const [base, ...others] = all;
  const grown = others.flatMap((one) => {
    const ratios = [...one.reads, one.single].map((latency) => {
      const before = latencyOf(base!, latency.name);
      const [looks = 0, looked = 0] = [one, base!].map(
        ({ explained }) => explained.get(latency.name)?.documentsExamined,
      );
      const [p50, p99] = [latency.p50 / before.p50, latency.p99 / before.p99];
      return { name: latency.name, p50, p99, looks: looks / looked };
    });
    const over = ratios.filter(({ p99 }) => p99 > growth);
    return [
      `p99 at ${grouped(one.entries)} within ${growth} × that at ${grouped(base!.entries)}: ${ratios.length - over.length} of ${ratios.length} operations`,
      ...over.map(
        ({ name, p50, p99, looks }) =>
          `  above it: ${name}, p99 × ${times(p99)}, p50 × ${times(p50)}, documents examined × ${Number.isNaN(looks) ? '–' : times(looks)}`,
      ),
    ];
  });
  return [...far, ...grown];
}
