import type { Closeable } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import type { Executor } from '../executor.js';
import type { Reader } from '../loaders.js';
import type { Services } from '../services.js';
import { Cohort } from './cohort.js';
import type { CohortSource, Telling, Told } from './cohort-source.js';
import { EventExecution } from './event-execution.js';
import { hashText } from './hash.js';
import { KeptBudget } from './kept-results.js';
import type { SubscriptionPlan } from './plan.js';
import { Readers } from './readers.js';

/** What following may take up. */
export interface LiveTuning {
  /** What one cohort keeps of its last results, in characters. */
  readonly keptCharacters?: number;
  /** How much of the pages that it read in the last seconds a cohort holds for others, in characters. */
  readonly recentCharacters?: number;
  /** Pages of the log read at once for those who catch up. */
  readonly readersAtOnce?: number;
  /** How long a cohort goes on without members: who was cut off comes back to what it kept. */
  readonly lingerMs?: number;
}

export interface CohortMakerOptions extends LiveTuning {
  readonly executor: Executor;
  readonly services: Services;
  readonly logger: Logger;
}

export type Values = Readonly<Record<string, unknown>>;

/** An operation, as all who share it have it in common. */
export interface Executed {
  readonly plan: SubscriptionPlan;
  readonly variables: Values;
  readonly reader: Reader;
}

/** Where cohorts of one source live until nobody follows any more. */
export interface CohortHome<R extends Told> extends CohortSource<R> {
  readonly cohorts: Iterable<Cohort<R>>;
  readonly isEmpty: boolean;
  remove(cohort: Cohort<R>): void;
  close(error?: unknown): void;
}

const wholeBudget = 64 * 1024 * 1024;

/** Makes cohorts, with what all cohorts of a process share, and ends those that nobody comes back to. */
export class CohortMaker implements Closeable {
  readonly #lingering = new Map<object, NodeJS.Timeout>();
  readonly #readers: Readers;
  readonly #budget = new KeptBudget(wholeBudget);
  executions = 0;
  pagesRead = 0;

  constructor(private readonly options: CohortMakerOptions) {
    this.#readers = new Readers(options.readersAtOnce ?? 16);
  }

  /** @param onEmpty told when it was the last of its home that has ended. */
  make<R extends Told>(
    key: string,
    telling: Telling<R>,
    home: CohortHome<R>,
    what: Executed,
    onEmpty: () => void,
  ): Cohort<R> {
    const { keptCharacters = 4 * 1024 * 1024, recentCharacters = 16 * 1024 * 1024, logger } = this.options;
    const cohort: Cohort<R> = new Cohort({
      key,
      telling,
      source: home,
      execution: this.executionOf(what),
      readers: this.#readers,
      keptCharacters,
      recentCharacters,
      budget: this.#budget,
      logger,
      onRead: () => {
        this.pagesRead += 1;
      },
      onUse: (isUsed) => this.#used(home, cohort, isUsed, onEmpty),
    });
    // Whoever asked for it may be refused after all, or have left.
    this.#used(home, cohort, false, onEmpty);
    return cohort;
  }

  executionOf({ plan, variables, reader }: Executed): EventExecution {
    const onExecuted = (): void => {
      this.executions += 1;
    };
    return new EventExecution({ ...this.options, onExecuted }, plan, variables, reader);
  }

  async close(): Promise<void> {
    for (const timer of this.#lingering.values()) clearTimeout(timer);
    this.#lingering.clear();
  }

  #used<R extends Told>(home: CohortHome<R>, cohort: Cohort<R>, isUsed: boolean, onEmpty: () => void): void {
    clearTimeout(this.#lingering.get(cohort));
    this.#lingering.delete(cohort);
    if (isUsed) return;
    const timer = setTimeout(() => {
      this.#lingering.delete(cohort);
      home.remove(cohort);
      cohort.end(new Error('Nobody follows any more'));
      if (home.isEmpty) onEmpty();
    }, this.options.lingerMs ?? 30_000);
    this.#lingering.set(cohort, timer.unref());
  }
}

/**
 * Of a request's variables those that what is executed declares: whatever else was sent has no say. One that was not given
 * is not there at all, since only then the document's own value for it holds.
 */
export const variablesOf = ({ variables }: SubscriptionPlan, values: Values): Values =>
  Object.fromEntries(variables.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]));

/** Equal for those who are told the same texts. */
export const sharingKey = ({ workspaceId, scopes, userId }: Reader, plan: SubscriptionPlan, coerced: Values): string =>
  hashText(JSON.stringify([workspaceId, [...scopes], userId, plan.key, variablesOf(plan, coerced)]));
