import type { Ask } from './ask.js';
import type { Follow } from './connection.js';
import type { Filter } from './entry.js';
import {
  type CountedEvent,
  Counts,
  countedDocument,
  type Span,
  type StatsAnswer,
  spans,
  statsDocument,
  within,
} from './stats.js';
import { StatsChart } from './stats-chart.js';

/** Loaded afresh so often, whatever is told: the span moves on. */
const reloadMs = 5 * 60_000;
/** What follows an event that cannot be counted may be many of them. */
const gatherMs = 400;

/** Where counts come from: a query, and what follows its place in the log. */
export interface StatsSource {
  readonly ask: Ask;
  readonly filter: Filter;
  readonly follow: Follow;
}

/** The chart of what happened when: loaded at a place in the log, then exactly what the log tells after it. */
export class StatsPanel {
  readonly #chart: StatsChart;
  #span: Span = spans[0]!;
  #source: StatsSource | undefined;
  #counts: Counts | undefined;
  #stop: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsked = false;

  constructor(find: (id: string) => HTMLElement) {
    this.#chart = new StatsChart(find);
  }

  begin(source: StatsSource): void {
    this.#source = source;
    void this.#load();
  }

  show(span: Span): void {
    this.#span = span;
    void this.#load();
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer);
    const [source, span] = [this.#source, this.#span];
    if (!source) return;
    const filter = within(source.filter, span, Date.now());
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const asked = { filter, interval: span.interval, timeZone };
    const answer = await source.ask<StatsAnswer>(statsDocument, asked).catch(() => undefined);
    if (this.#source !== source || this.#span !== span) return;
    this.#reloadIn(reloadMs);
    if (!answer) return;
    this.#stop();
    const counts = new Counts(answer.activityLogStats);
    this.#counts = counts;
    this.#stop = source.follow<{ activityLogged: CountedEvent }>(countedDocument, {
      filter,
      after: answer.activityLogStats.feedCursor,
      cursorOf: ({ activityLogged }) => activityLogged.cursor,
      next: ({ activityLogged }) => {
        if (!counts.take(activityLogged)) this.#reloadIn(gatherMs);
        this.#draw();
      },
    });
    this.#draw();
  }

  #reloadIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), milliseconds);
  }

  /** What is told in one frame is drawn in one go. */
  #draw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      const begun = this.#counts?.buckets.filter(({ startMs }) => startMs <= Date.now()) ?? [];
      this.#chart.draw(begun.slice(-this.#span.buckets), this.#span);
    });
  }
}
