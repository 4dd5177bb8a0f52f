import { silentLogger } from '../../../src/base/logger.js';
import { Cohort } from '../../../src/graphql/live/cohort.js';
import type { CohortSource } from '../../../src/graphql/live/cohort-source.js';
import type { EventExecution } from '../../../src/graphql/live/event-execution.js';
import { Follower } from '../../../src/graphql/live/follower.js';
import { KeptBudget } from '../../../src/graphql/live/kept-results.js';
import { logTelling } from '../../../src/graphql/live/log-telling.js';
import type { Outlet } from '../../../src/graphql/live/outlet.js';
import { Readers } from '../../../src/graphql/live/readers.js';
import { Turns } from '../../../src/graphql/live/turns.js';
import { WorkspaceSource } from '../../../src/graphql/live/workspace-source.js';
import type { LogRecord } from '../../../src/model/log-record.js';
import { modelExecution } from './execution.js';
import type { SimLog } from './log.js';
import type { Requests } from './requests.js';

export interface Tuning {
  readonly keptCharacters: number;
  readonly recentCharacters: number;
  readonly wholeBudget: number;
  readonly readersAtOnce: number;
  readonly longestQueue: number;
}

/** A cohort and what it costs. */
export class ModelCohort {
  readonly cohort: Cohort<LogRecord>;
  readonly #due = new Map<number, number>();
  readonly #underWay = new Set<string>();

  constructor(
    readonly reader: string,
    /** Absent: all. */
    readonly action: string | undefined,
    private readonly parts: {
      readonly all: ModelCohorts;
      readonly log: SimLog;
      readonly requests: Requests;
      readonly source: WorkspaceSource;
      readonly wrong: (what: string) => void;
    },
  ) {
    const { all, source, requests } = parts;
    const { tuning, budget, readers } = all;
    const execution = modelExecution(requests, reader);
    const filter = action === undefined ? {} : { actions: [action] };
    this.cohort = new Cohort({
      ...tuning,
      key: JSON.stringify([reader, action]),
      telling: logTelling(filter),
      source: this.#counted(source),
      execution: { textsOf: (events, isOver) => this.#textsOf(execution, events, isOver) },
      readers,
      budget,
      logger: silentLogger,
      onRead: () => {},
      onUse: (isUsed) => all.used(this, isUsed),
    });
    source.add(this.cohort, filter);
  }

  selects(action: string): boolean {
    return this.action === undefined || this.action === action;
  }

  follow(outlet: Outlet, after: number): Follower {
    return new Follower(this.cohort, after, outlet, this.parts.all.turns);
  }

  /** Each event is executed once as it comes, and once for each page that is read of it. */
  #allow(seq: number): void {
    this.#due.set(seq, (this.#due.get(seq) ?? 1) + 1);
  }

  #counted(source: WorkspaceSource): CohortSource<LogRecord> {
    const readAfter: CohortSource<LogRecord>['readAfter'] = async (seq, limit) => {
      const what = `${seq}, ${limit}`;
      if (this.#underWay.has(what)) this.parts.wrong(`a page after ${what} is read twice at once`);
      this.#underWay.add(what);
      try {
        const page = await source.readAfter(seq, limit);
        for (const record of page.records) this.#allow(record.seq);
        return page;
      } finally {
        this.#underWay.delete(what);
      }
    };
    return {
      get place() {
        return source.place;
      },
      readAfter,
    };
  }

  async #textsOf(execution: EventExecution, ...args: Parameters<EventExecution['textsOf']>): Promise<string[]> {
    const texts = await execution.textsOf(...args);
    for (const text of texts) {
      if (text === '') continue;
      const seq = this.parts.all.seqOf(text);
      const left = (this.#due.get(seq) ?? 1) - 1;
      this.#due.set(seq, left);
      if (left < 0) this.parts.wrong(`${seq} was executed more often than it came or was read`);
    }
    return texts;
  }
}

/** The cohorts of one process over one log, with what they share. */
export class ModelCohorts {
  readonly budget: KeptBudget;
  readonly readers: Readers;
  readonly turns = new Turns();
  readonly source: WorkspaceSource;
  readonly known = new Map<string, ModelCohort>();
  /** Without members, until their time is over. */
  readonly lingering = new Set<ModelCohort>();

  constructor(
    readonly tuning: Tuning,
    private readonly log: SimLog,
    private readonly requests: Requests,
    private readonly wrong: (what: string) => void,
    readonly seqOf: (text: string) => number,
  ) {
    this.budget = new KeptBudget(tuning.wholeBudget);
    this.readers = new Readers(tuning.readersAtOnce);
    this.source = new WorkspaceSource(log, () => {});
  }

  of(reader: string, action: string | undefined): ModelCohort {
    const key = JSON.stringify([reader, action]);
    const { log, requests, source, wrong } = this;
    const cohort = this.known.get(key) ?? new ModelCohort(reader, action, { all: this, log, requests, source, wrong });
    this.known.set(key, cohort);
    return cohort;
  }

  used(cohort: ModelCohort, isUsed: boolean): void {
    if (isUsed) this.lingering.delete(cohort);
    else this.lingering.add(cohort);
  }

  /** As it is done with a cohort that nobody came back to. */
  end(cohort: ModelCohort): void {
    this.lingering.delete(cohort);
    this.known.delete(cohort.cohort.key);
    this.source.remove(cohort.cohort);
    cohort.cohort.end(new Error('Nobody follows any more'));
  }
}
