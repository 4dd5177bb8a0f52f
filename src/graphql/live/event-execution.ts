import { unwrapResolverError } from '@apollo/server/errors';
import { nanoid } from 'nanoid';
import type { Logger } from '../../base/logger.js';
import { inSpan } from '../../base/tracing.js';
import { PayloadBudget } from '../../model/payload-budget.js';
import { isStoreFault } from '../../store/store-errors.js';
import type { RequestContext } from '../context.js';
import { formatError, noteErrors } from '../errors.js';
import type { Executor } from '../executor.js';
import { createLoaders, type Loaders, type Reader } from '../loaders.js';
import type { Services } from '../services.js';
import type { LiveEvent } from './cohort-source.js';
import { patiently } from './patience.js';
import type { SubscriptionPlan } from './plan.js';

export interface ExecutionParts {
  readonly executor: Executor;
  readonly services: Services;
  readonly logger: Logger;
  onExecuted(): void;
}

/**
 * One operation in the name of all who share it: it knows what they have in common and nobody of them.
 * Look-ups are gathered anew each time, so that an event shows what is so when it is told.
 */
export class EventExecution {
  constructor(
    private readonly parts: ExecutionParts,
    private readonly plan: SubscriptionPlan,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly reader: Reader,
  ) {}

  /**
   * What is told of events, as JSON texts in their order: one execution each. Failing for the store's sake is no answer:
   * it is tried again until `isOver`. Any other error goes out with the cursor, for the subscription goes on behind it.
   * What could not be told at all is empty.
   * @throws the store's own failure once it is over.
   */
  async textsOf(events: readonly LiveEvent[], isOver: () => boolean): Promise<string[]> {
    const texts: (string | undefined)[] = events.map(() => undefined);
    const missing = () =>
      inSpan('live events', { 'live.events': events.length }, () => this.#executeMissing(events, texts));
    await patiently(missing, isOver, this.parts.logger);
    return texts as string[];
  }

  /** Look-ups of events that are told together are gathered together. */
  async #executeMissing(events: readonly LiveEvent[], texts: (string | undefined)[]): Promise<void> {
    const loaders = createLoaders(this.parts.services, this.reader);
    const faults: unknown[] = [];
    const fill = async (event: LiveEvent, index: number): Promise<void> => {
      try {
        texts[index] ??= await this.#execute(event, loaders);
      } catch (error) {
        if (isStoreFault(error)) faults.push(error);
        else {
          this.parts.logger.error({ err: error }, 'live: an event could not be told');
          texts[index] = '';
        }
      }
    };
    await Promise.all(events.map(fill));
    if (faults.length > 0) throw faults[0];
  }

  async #execute(event: LiveEvent, loaders: Loaders): Promise<string> {
    const { executor, logger, onExecuted } = this.parts;
    onExecuted();
    const requestId = nanoid();
    const context: RequestContext = {
      requestId,
      operation: { kind: 'subscription' },
      loaders,
      budget: new PayloadBudget(),
    };
    const { data, errors } = await executor.execute({
      document: this.plan.document,
      operationName: this.plan.operationName,
      variables: this.variables,
      rootValue: event,
      context,
    });
    if (!errors) return JSON.stringify({ data });
    const fault = errors.map(unwrapResolverError).find(isStoreFault);
    if (fault) throw fault;
    noteErrors(errors, requestId, logger);
    return JSON.stringify({
      data,
      errors: errors.map((error) => formatError(error.toJSON(), error)),
      ...(event.cursor !== undefined && { extensions: { cursor: event.cursor } }),
    });
  }
}
