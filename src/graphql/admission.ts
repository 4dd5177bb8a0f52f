import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { Allowances } from '../auth/allowances.js';
import { CodedError } from '../base/errors.js';
import { within } from '../base/lifecycle.js';
import type { RequestContext } from './context.js';
import { type OperationCost, operationCost } from './cost/operation-cost.js';
import type { Variables } from './cost/sizes.js';
import { requestError } from './errors.js';
import type { RequestLimits } from './limits.js';

/** An operation that is about to be executed. Its document is valid. */
export interface AskedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variables?: Variables | null;
}

export interface AdmissionParts extends Pick<RequestLimits, 'cost' | 'timeoutMs' | 'introspection'> {
  readonly schema: GraphQLSchema;
  readonly allowances: Allowances;
}

type Caller = Pick<RequestContext, 'viewer' | 'requestId' | 'operation'>;

/** Stands between a valid operation and its execution: neither asks for more than it may, nor does its caller. */
export class Admission {
  constructor(private readonly parts: AdmissionParts) {}

  /**
   * Of a subscription, what each of its events may cost.
   * @returns its cost.
   * @throws CodedError TOO_COSTLY, saying what it costs and what to narrow.
   */
  costOf({ document, operationName, variables }: AskedOperation): number {
    const operation = operationCost(this.parts.schema, document, operationName);
    const cost = operation?.of(variables) ?? 0;
    if (operation && cost > this.parts.cost) throw this.#tooCostly(operation, cost, variables);
    return cost;
  }

  /**
   * Executes a query or mutation, if it may be, for as long as it may take.
   * @throws GraphQLError TOO_COSTLY as `costOf`; RATE_LIMITED, saying when to try again; QUERY_TOO_SLOW.
   */
  async execute(
    asked: AskedOperation,
    caller: Caller,
    execute: () => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    try {
      const leave = this.parts.allowances.enter(caller.viewer, this.costOf(asked));
      const executing = execute();
      // Whatever goes on after it took too long is under way still.
      executing.then(leave, leave);
      return await within(this.parts.timeoutMs, executing, (): never => {
        throw tooSlow(caller.operation.kind, this.parts.timeoutMs);
      });
    } catch (error) {
      throw error instanceof CodedError ? requestError(error, caller.requestId) : error;
    }
  }

  /** Of errors that graphql-js made, where the schema is not to be told. */
  dropSuggestions(errors: readonly GraphQLError[]): void {
    if (this.parts.introspection) return;
    for (const error of errors) error.message = error.message.replace(/ Did you mean [^?]*\?$/, '');
  }

  #tooCostly(operation: OperationCost, cost: number, variables: Variables | null | undefined): CodedError {
    const list = operation.costliest(variables);
    const whole = `This operation costs ${cost}, and one may cost ${this.parts.cost}`;
    if (!list) return new CodedError('TOO_COSTLY', `${whole}; ask in several operations`);
    const { path, size, isPage } = list;
    const narrower = isPage ? 'give a smaller first or last' : 'send fewer';
    const message = `${whole}; ${path} asks for ${size} items and costs ${list.cost} of it: ${narrower}, or ask in several operations`;
    return new CodedError('TOO_COSTLY', message, isPage ? 'first' : undefined);
  }
}

function tooSlow(kind: RequestContext['operation']['kind'], timeoutMs: number): CodedError {
  const advice =
    kind === 'mutation'
      ? 'what it writes may be recorded still, so send it again under the same keys'
      : 'ask for less at once, or narrow the filter';
  return new CodedError('QUERY_TOO_SLOW', `The operation took longer than ${timeoutMs / 1000} s; ${advice}`);
}
