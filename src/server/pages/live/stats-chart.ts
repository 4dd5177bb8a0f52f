import { element } from './card.js';
import { sourceName, sourceNames } from './sources.js';
import { type Bucket, type Span, totalOf } from './stats.js';

const sources = Object.keys(sourceNames);
const number = (value: number): string => value.toLocaleString('en');

/** The least round number that is no less, and has a whole half. */
function roundedUp(value: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(value, 4)));
  const round = [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * size);
  return round.find((one) => one >= Math.max(value, 4) && one % 2 === 0)!;
}

const moment = (ms: number, options: Intl.DateTimeFormatOptions): string =>
  new Date(ms).toLocaleString([], { hourCycle: 'h23', ...options });

/** How a bucket is named below the chart, and in full. */
const axisName = (bucket: Bucket, { interval }: Span): string =>
  interval === 'HOUR'
    ? moment(bucket.startMs, { hour: '2-digit', minute: '2-digit' })
    : moment(bucket.startMs, { day: 'numeric', month: 'short' });

function fullName(bucket: Bucket, { interval }: Span): string {
  if (interval === 'HOUR') {
    return moment(bucket.startMs, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  }
  const day = moment(bucket.startMs, { weekday: 'long', day: 'numeric', month: 'long' });
  return interval === 'DAY' ? day : `Week of ${day}`;
}

function told(bucket: Bucket, span: Span): string {
  const parts = sources.flatMap((source) => {
    const count = bucket.counts.get(source) ?? 0;
    return count > 0 ? [`${sourceName(source)} ${number(count)}`] : [];
  });
  return [`${fullName(bucket, span)}: ${number(totalOf(bucket))}`, ...parts].join('\n');
}

/** Columns of a stacked chart. Those that stay are changed in place, so that they grow before one's eyes. */
export class StatsChart {
  #columns: HTMLElement[] = [];

  constructor(private readonly find: (id: string) => HTMLElement) {}

  draw(buckets: readonly Bucket[], span: Span): void {
    const most = roundedUp(Math.max(0, ...buckets.map(totalOf)));
    const total = buckets.reduce((sum, bucket) => sum + totalOf(bucket), 0);
    if (this.#columns.length !== buckets.length) this.#make(buckets.length);
    for (const [index, bucket] of buckets.entries()) this.#fill(this.#columns[index]!, bucket, span, most);
    this.find('stats-total').textContent = number(total);
    this.find('stats-what').textContent = `${total === 1 ? 'entry' : 'entries'} in the last ${span.name}`;
    this.find('stats-most').textContent = number(most);
    this.find('stats-half').textContent = number(most / 2);
    this.find('stats-columns').setAttribute('aria-label', summary(buckets, span, total));
    this.#name(buckets, span);
    this.#explain(buckets);
  }

  #make(count: number): void {
    this.#columns = Array.from({ length: count }, () => {
      const stack = element('div', 'stack');
      for (const source of sources) {
        const part = element('span', 'part');
        part.dataset.source = source;
        stack.prepend(part);
      }
      return element('div', 'column', stack);
    });
    this.find('stats-columns').replaceChildren(...this.#columns);
  }

  #fill(column: HTMLElement, bucket: Bucket, span: Span, most: number): void {
    column.title = told(bucket, span);
    for (const part of column.querySelectorAll<HTMLElement>('.part')) {
      const share = (bucket.counts.get(part.dataset.source!) ?? 0) / most;
      part.style.height = `${share * 100}%`;
      // However little it is among much, it shows.
      part.style.minHeight = share > 0 ? '1px' : '0';
    }
  }

  /** A name for some of them only, or they would run into each other. */
  #name(buckets: readonly Bucket[], span: Span): void {
    const every = Math.ceil(buckets.length / 6);
    const names = buckets.map((bucket, index) => {
      const isNamed = (buckets.length - 1 - index) % every === 0;
      return element('span', '', isNamed ? element('span', '', axisName(bucket, span)) : '');
    });
    this.find('stats-axis').replaceChildren(...names);
  }

  #explain(buckets: readonly Bucket[]): void {
    const items = sources.flatMap((source) => {
      const count = buckets.reduce((sum, { counts }) => sum + (counts.get(source) ?? 0), 0);
      if (count === 0) return [];
      const item = element('li', '', sourceName(source), element('strong', '', number(count)));
      item.dataset.source = source;
      return [item];
    });
    this.find('stats-legend').replaceChildren(...items);
  }
}

function summary(buckets: readonly Bucket[], span: Span, total: number): string {
  const busiest = buckets.reduce<Bucket | undefined>(
    (one, other) => (one && totalOf(one) >= totalOf(other) ? one : other),
    undefined,
  );
  const most = busiest && total > 0 ? `, most of them ${fullName(busiest, span)}: ${number(totalOf(busiest))}` : '';
  return `Entries in the last ${span.name}: ${number(total)}${most}`;
}
