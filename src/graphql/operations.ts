import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
} from 'graphql';
import { CodedError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { PayloadBudget } from '../model/payload-budget.js';
import type { Viewer } from '../model/viewer.js';
import type { Admission } from './admission.js';
import type { Graphql } from './apollo.js';
import type { OperationNote, RequestContext } from './context.js';
import type { Documents } from './documents.js';
import { formatError, noteErrors } from './errors.js';
import type { KnownOperations } from './known-operations.js';
import { VariableErrors } from './live/live.js';
import { planOf, type SubscriptionPlan } from './live/plan.js';
import { createLoaders } from './loaders.js';
import { noCredential } from './no-credential.js';
import type { SentOperation } from './sent-operation.js';
import type { Services } from './services.js';

/** What becomes of what a client sent: an answer, errors that kept it from being executed, or a subscription to begin. */
export type PreparedOperation =
  | { readonly kind: 'answer'; readonly document: DocumentNode; readonly result: ExecutionResult }
  | { readonly kind: 'errors'; readonly errors: readonly GraphQLFormattedError[] }
  | { readonly kind: 'subscription'; readonly document: DocumentNode; readonly plan: SubscriptionPlan };

export interface OperationsParts {
  readonly schema: GraphQLSchema;
  readonly graphql: Graphql;
  readonly documents: Documents;
  readonly admission: Admission;
  readonly known: KnownOperations;
  readonly services: Services;
  readonly logger: Logger;
}

/** Operations that come over a socket or a stream, under the same limits, rules and masking as over HTTP. */
export class Operations {
  constructor(private readonly parts: OperationsParts) {}

  get schema(): GraphQLSchema {
    return this.parts.schema;
  }

  /** What an operation is, without doing it; undefined where it would be refused. */
  kindOf(sent: SentOperation): OperationTypeNode | undefined {
    try {
      const document = this.parts.documents.of(this.parts.documents.textOf(sent));
      return document && getOperationAST(document, sent.operationName)?.operation;
    } catch {
      return undefined;
    }
  }

  /** Executes a query or mutation; of a subscription it looks at the document. Never throws. */
  async prepare(
    sent: SentOperation,
    viewer: Viewer | undefined,
    requestId: string,
    note: OperationNote,
  ): Promise<PreparedOperation> {
    try {
      const { documents } = this.parts;
      const query = documents.textOf(sent);
      if (viewer) documents.persisted.keep(sent);
      const document = documents.of(query);
      const operation = document && getOperationAST(document, sent.operationName);
      if (document && operation?.operation === 'subscription') {
        note.kind = 'subscription';
        note.name = operation.name?.value;
        if (!viewer) throw noCredential();
        this.parts.admission.costOf({ document, operationName: sent.operationName, variables: sent.variables });
        return { kind: 'subscription', document, plan: planOf(this.parts.schema, document, sent.operationName) };
      }
      return await this.#execute({ ...sent, query }, document, viewer, requestId, note);
    } catch (error) {
      return { kind: 'errors', errors: this.errorsOf(error, requestId) };
    }
  }

  /** How an error leaves that ends or prevents an operation. */
  errorsOf(error: unknown, requestId: string): GraphQLFormattedError[] {
    const errors = error instanceof VariableErrors ? error.errors.map(asBadInput) : [asGraphQLError(error)];
    this.parts.admission.dropSuggestions(errors);
    noteErrors(errors, requestId, this.parts.logger);
    return errors.map((one) => formatError(one.toJSON(), one));
  }

  /** What is no valid operation is Apollo's to refuse, so that it is refused in the same words as over HTTP. */
  async #execute(
    sent: SentOperation,
    document: DocumentNode | undefined,
    viewer: Viewer | undefined,
    requestId: string,
    note: OperationNote,
  ): Promise<PreparedOperation> {
    const contextValue: RequestContext = {
      viewer,
      requestId,
      operation: note,
      loaders: createLoaders(this.parts.services, viewer),
      budget: new PayloadBudget(),
    };
    const known = document && (await this.parts.known.answer(document, sent, contextValue));
    if (document && known) return prepared(known.result, document);
    const response = await this.parts.graphql.executeOperation(
      {
        query: sent.query!,
        ...(sent.operationName && { operationName: sent.operationName }),
        ...(sent.variables && { variables: sent.variables }),
      },
      { contextValue },
    );
    if (response.body.kind !== 'single') throw new Error('An answer in parts');
    return prepared(response.body.singleResult, document);
  }
}

function prepared(
  { data, errors, extensions }: FormattedExecutionResult,
  document: DocumentNode | undefined,
): PreparedOperation {
  if (data === undefined || !document) return { kind: 'errors', errors: errors ?? [] };
  const result = { data, ...(errors && { errors }), ...(extensions && { extensions }) };
  return { kind: 'answer', document, result: result as ExecutionResult };
}

const asBadInput = (error: GraphQLError): GraphQLError => {
  error.extensions.code = 'BAD_USER_INPUT';
  return error;
};

const asGraphQLError = (error: unknown): GraphQLError => {
  if (error instanceof GraphQLError) return error;
  const original = error instanceof Error ? error : new Error(String(error));
  const extensions = original instanceof CodedError ? { code: original.code } : {};
  return new GraphQLError(original.message, { originalError: original, extensions });
};
