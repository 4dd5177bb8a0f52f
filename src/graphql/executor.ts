import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from './context.js';
import { asGraphqlJsSays } from './executor-errors.js';
import { conditionsOf, inputsOf, type Plain, plainOperation } from './executor-plain.js';

/** An operation as graphql-js takes it. The document must be valid. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly rootValue?: unknown;
  readonly context: Pick<RequestContext, 'operation'>;
}

export interface ExecutorTuning {
  /** From which use on an operation is compiled. */
  readonly compileAtUse?: number;
  /** Fields of all compiled operations together. */
  readonly mostFields?: number;
}

type Values = Readonly<Record<string, unknown>>;

/** What is known of one operation with one outcome of its `@skip` and `@include`. */
interface Use {
  readonly count: number;
  readonly compiled?: { readonly plain: Plain; readonly query: CompiledQuery['query'] };
}

/** More variables than these in `@skip` and `@include` would make too many operations of one. */
const mostConditions = 5;
/** As graphql-js itself stops. */
const mostVariableErrors = 50;

/**
 * Executes operations: those that come again compiled by graphql-jit, all others by graphql-js. Which of the two it was
 * shows only in the time it takes: variables, arguments and conditions are graphql-js' own matter in either case, and
 * whatever is unusual about them is left to it altogether.
 */
export class Executor {
  readonly #compileAtUse: number;
  readonly #uses: LRUCache<string, Use>;
  readonly #ids = new WeakMap<DocumentNode, number>();
  #lastId = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    { compileAtUse = 2, mostFields = 20_000 }: ExecutorTuning = {},
  ) {
    this.#compileAtUse = compileAtUse;
    this.#uses = new LRUCache({ maxSize: mostFields, sizeCalculation: (use) => 1 + (use.compiled?.plain.fields ?? 0) });
  }

  /** Never throws for what a resolver throws. */
  async execute(execution: Execution): Promise<ExecutionResult> {
    const { document, operationName, variables, context } = execution;
    const operation = getOperationAST(document, operationName);
    if (!operation) return this.#interpret(execution);
    const { coerced, errors } = getVariableValues(this.schema, operation.variableDefinitions ?? [], variables ?? {}, {
      maxErrors: mostVariableErrors,
    });
    if (errors) return { errors };
    const compiled = this.#compiled(document, operation, coerced);
    const inputs = compiled && inputsOf(compiled.plain, coerced);
    if (!inputs) return this.#interpret(execution);
    context.operation.executor = 'compiled';
    const result = (await compiled.query(execution.rootValue, context, inputs)) as ExecutionResult;
    return result.errors ? asGraphqlJsSays(result, compiled.plain) : result;
  }

  async #interpret({ document, operationName, variables, rootValue, context }: Execution): Promise<ExecutionResult> {
    context.operation.executor = 'interpreted';
    return execute({
      schema: this.schema,
      document,
      operationName,
      variableValues: variables,
      rootValue,
      contextValue: context,
    });
  }

  #compiled(document: DocumentNode, operation: OperationDefinitionNode, coerced: Values): Use['compiled'] {
    const conditions = conditionsOf(document).map((name) => coerced[name]);
    if (conditions.length > mostConditions) return undefined;
    const key = JSON.stringify([this.#idOf(document), operation.name?.value, conditions]);
    const use = this.#uses.get(key);
    const count = (use?.count ?? 0) + 1;
    if (count > this.#compileAtUse) return use?.compiled;
    const compiled = count === this.#compileAtUse ? this.#compile(document, operation, coerced) : undefined;
    this.#uses.set(key, { count, compiled });
    return compiled;
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode, coerced: Values): Use['compiled'] {
    const plain = plainOperation(this.schema, document, operation, coerced);
    if (!plain) return undefined;
    const query = compileQuery(this.schema, plain.document, undefined, { disablingCapturingStackErrors: true });
    return isCompiledQuery(query) ? { plain, query: query.query } : undefined;
  }

  #idOf(document: DocumentNode): number {
    const known = this.#ids.get(document);
    if (known !== undefined) return known;
    this.#lastId += 1;
    this.#ids.set(document, this.#lastId);
    return this.#lastId;
  }
}
