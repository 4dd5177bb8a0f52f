import { execute, type GraphQLSchema } from 'graphql';
import { nanoid } from 'nanoid';
import type { Logger } from '../../base/logger.js';
import { PayloadBudget } from '../../model/payload-budget.js';
import type { RequestContext } from '../context.js';
import { formatError, noteErrors } from '../errors.js';
import { createLoaders, type Reader } from '../loaders.js';
import type { Services } from '../services.js';
import { isStoreFault, patiently } from './patience.js';
import type { SubscriptionPlan } from './plan.js';

export interface ExecutionParts {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly logger: Logger;
  onExecuted(): void;
}

/**
 * One operation in the name of all who share it: it knows what they have in common and nobody of them.
 * Look-ups are gathered for each event anew, so that an event shows what is so when it is told.
 */
export class EventExecution {
  constructor(
    private readonly parts: ExecutionParts,
    private readonly plan: SubscriptionPlan,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly reader: Reader,
  ) {}

  /**
   * What is told of an event, as JSON text. Failing for the store's sake is no answer: it is tried again until `isOver`.
   * Any other error goes out with the cursor, for the subscription goes on behind it.
   */
  textOf(event: { readonly cursor: string }, isOver: () => boolean): Promise<string> {
    return patiently(() => this.#execute(event), isOver, this.parts.logger);
  }

  async #execute(event: { readonly cursor: string }): Promise<string> {
    const { schema, services, logger, onExecuted } = this.parts;
    onExecuted();
    const requestId = nanoid();
    const contextValue: RequestContext = {
      requestId,
      operation: { kind: 'subscription' },
      loaders: createLoaders(services, this.reader),
      budget: new PayloadBudget(),
    };
    const { data, errors } = await execute({
      schema,
      document: this.plan.document,
      operationName: this.plan.operationName,
      variableValues: this.variables,
      rootValue: event,
      contextValue,
    });
    if (!errors) return JSON.stringify({ data });
    const fault = errors.find(isStoreFault);
    if (fault) throw fault;
    noteErrors(errors, requestId, logger);
    return JSON.stringify({
      data,
      errors: errors.map((error) => formatError(error.toJSON(), error)),
      extensions: { cursor: event.cursor },
    });
  }
}
