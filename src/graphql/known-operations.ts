import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
} from 'graphql';
import type { Logger } from '../base/logger.js';
import type { Admission } from './admission.js';
import type { RequestContext } from './context.js';
import { formatError, noteErrors } from './errors.js';
import type { Execution, Executor } from './executor.js';
import { operationKind } from './operation-kind.js';

export interface KnownOperationsParts {
  readonly executor: Executor;
  readonly admission: Admission;
  readonly logger: Logger;
}

/** An answer as it leaves. */
export interface KnownAnswer {
  readonly result: FormattedExecutionResult;
  /** Absent: 200. */
  readonly status?: number;
  readonly headers?: Iterable<readonly [string, string]>;
}

/**
 * Operations of documents that are known to be valid, for those who showed a credential. All that Apollo's pipeline would
 * do with them is done here, in a third of its time; whatever it might refuse is left to it.
 */
export class KnownOperations {
  constructor(private readonly parts: KnownOperationsParts) {}

  /**
   * @param isGet whether it came by GET, which is for queries alone.
   * @returns undefined where Apollo must answer; then nothing was done.
   */
  async answer(
    document: DocumentNode,
    { operationName, variables }: Pick<Execution, 'operationName' | 'variables'>,
    context: RequestContext,
    isGet = false,
  ): Promise<KnownAnswer | undefined> {
    const { executor, admission } = this.parts;
    const operation = getOperationAST(document, operationName);
    if (!operation || !context.viewer || operation.operation === 'subscription') return undefined;
    if (isGet && operation.operation !== 'query') return undefined;
    context.operation.name = operation.name?.value;
    context.operation.kind = operationKind(operation);
    const asked = { document, operationName, variables };
    try {
      const result = await admission.execute(asked, context, () => executor.execute({ ...asked, context }));
      return result.data === undefined ? undefined : { result: this.#told(result, context) };
    } catch (error) {
      // Refused, or cut short: what it wrote may be recorded, so nobody is to execute it again.
      if (!(error instanceof GraphQLError)) throw error;
      const { status, headers } = (error.extensions.http ?? {}) as Pick<KnownAnswer, 'status' | 'headers'>;
      return { result: this.#told({ errors: [error] }, context), status, headers };
    }
  }

  #told({ data, errors }: ExecutionResult, { requestId }: RequestContext): FormattedExecutionResult {
    if (!errors) return { data };
    this.parts.admission.dropSuggestions(errors);
    noteErrors(errors, requestId, this.parts.logger);
    const told = errors.map((error) => formatError(error.toJSON(), error));
    return data === undefined ? { errors: told } : { errors: told, data };
  }
}
