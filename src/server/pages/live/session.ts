import type { Ask } from './ask.js';
import { Connection, type Follow } from './connection.js';
import {
  type Entry,
  type Filter,
  type IdsAnswer,
  idsDocument,
  type LoggedEvent,
  type NewestAnswer,
  newestDocument,
} from './entry.js';
import { Tally } from './tally.js';

export type State = 'connecting' | 'catching up' | 'connected' | 'cut' | 'ended';

/** What a session shows. */
export interface Outlet {
  state(state: State): void;
  history(entries: readonly Entry[]): void;
  /** @param wasMissed whether it comes late, because the connection was cut. */
  event(event: LoggedEvent, wasMissed: boolean): void;
  cursor(cursor: string): void;
  cut(): void;
  back(missedMeanwhile: number): void;
  tally(tally: Tally, comparedAt: Date | undefined): void;
  ended(problem: { readonly message: string; readonly code?: string }): void;
}

const historyLength = 30;
const idsPerPage = 500;
const compareEveryMs = 10_000;
const cutMs = 5_000;

/** Follows the log with one filter, from now on, and holds what came against a query. */
export class Session {
  #state: State = 'connecting';
  #tally = new Tally([]);
  #comparedAt: Date | undefined;
  #connection: Connection | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Has what is awaited before the session counts as caught up; undefined until a query has said. */
  #newest: string | undefined;
  #wasCut = false;
  #cameLate = 0;
  #isOver = false;

  constructor(
    private readonly ask: Ask,
    private readonly filter: Filter,
    private readonly outlet: Outlet,
  ) {}

  async start(authorization: string): Promise<void> {
    this.#turn('connecting');
    const { activityLogs } = await this.ask<NewestAnswer>(newestDocument, {
      filter: this.filter,
      first: historyLength,
    });
    if (this.#isOver) return;
    this.#tally = new Tally(activityLogs.nodes.map(({ id }) => id));
    this.outlet.history(activityLogs.nodes);
    this.outlet.cursor(activityLogs.feedCursor);
    this.outlet.tally(this.#tally, undefined);
    this.#connection = new Connection({
      authorization,
      filter: this.filter,
      after: activityLogs.feedCursor,
      onOpen: () => void this.#catchUp(),
      onLost: () => this.#lost(),
      onEvent: (event) => this.#take(event),
      onCursor: (cursor) => this.outlet.cursor(cursor),
      onEnd: (problem) => {
        if (this.#isOver) return;
        this.#turn('ended');
        this.outlet.ended(problem);
      },
    });
    this.#timer = setInterval(() => void this.compare(), compareEveryMs);
  }

  /** Follows something else beside, over the same connection. */
  follow: Follow = (document, options) => this.#connection?.follow(document, options) ?? (() => {});

  cut(): void {
    this.#connection?.cut(cutMs);
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#connection?.close();
  }

  /** Lists what the log holds since the last comparison, and counts what of it never came. */
  async compare(): Promise<void> {
    if (this.#state !== 'connected') return;
    try {
      const listed = await this.#list();
      // Cut off meanwhile, what is listed may well be on its way.
      if (this.#state !== 'connected' || this.#isOver) return;
      this.#tally.compare(listed);
      this.#comparedAt = new Date();
      this.outlet.tally(this.#tally, this.#comparedAt);
    } catch {
      // The next comparison covers what this one did not.
    }
  }

  async #list(): Promise<string[]> {
    const listed: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: IdsAnswer = await this.ask(idsDocument, { filter: this.filter, first: idsPerPage, after });
      const { nodes, pageInfo } = page.activityLogs;
      for (const { id } of nodes) {
        listed.push(id);
        if (this.#tally.isAnchor(id)) return listed;
      }
      if (!pageInfo.hasNextPage) return listed;
      after = pageInfo.endCursor;
    }
  }

  async #catchUp(): Promise<void> {
    if (this.#isOver) return;
    this.#newest = undefined;
    this.#turn('catching up');
    const variables = { filter: this.filter, first: 1 };
    const answer = await this.ask<NewestAnswer>(newestDocument, variables).catch(() => undefined);
    const newest = answer?.activityLogs.nodes[0]?.id;
    if (newest === undefined || this.#tally.knows(newest)) this.#caughtUp();
    else this.#newest = newest;
  }

  #caughtUp(): void {
    if (this.#state !== 'catching up' || this.#isOver) return;
    this.#turn('connected');
    if (this.#wasCut) this.outlet.back(this.#cameLate);
    this.#wasCut = false;
    this.#cameLate = 0;
    void this.compare();
  }

  #lost(): void {
    if (this.#isOver || this.#state === 'cut') return;
    this.#tally.forgive();
    // Whoever was never connected, or is cut off again while catching up, has nothing new to be told.
    if (this.#state === 'connected') this.outlet.cut();
    this.#wasCut ||= this.#state !== 'connecting';
    this.#turn('cut');
  }

  #take(event: LoggedEvent): void {
    if (this.#isOver) return;
    const isLate = this.#wasCut && this.#state === 'catching up';
    this.#tally.take(event);
    if (isLate) this.#cameLate += 1;
    this.outlet.event(event, isLate);
    this.outlet.tally(this.#tally, this.#comparedAt);
    if (event.activityLogId === this.#newest) this.#caughtUp();
  }

  #turn(state: State): void {
    this.#state = state;
    this.outlet.state(state);
  }
}
