import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { type ListShape, type Shape, shapeOf } from './shape.js';
import type { Variables } from './sizes.js';

/** A list, and what it is of an operation's cost. */
export interface CostlyList {
  /** As in the answer, e.g. `users.pathways`. */
  readonly path: string;
  readonly cost: number;
  /** How many items it asks for, those of lists within lists multiplied. */
  readonly size: number;
  readonly isPage: boolean;
}

/** What an operation costs at most: what each item costs times how many there may be, a list within a list multiplied. */
export class OperationCost {
  readonly #shape: Shape;
  readonly #defaults: Variables | undefined;

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.#shape = shapeOf(schema, document, operation);
    const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
    );
    this.#defaults = defaults.length > 0 ? Object.fromEntries(defaults) : undefined;
  }

  /** @param sent variables as they were sent, of whatever types. */
  of(sent: Variables | null | undefined): number {
    return Math.ceil(costOf(this.#shape, this.#valuesOf(sent)));
  }

  /** The list that costs most of it; undefined where it has none. */
  costliest(sent: Variables | null | undefined): CostlyList | undefined {
    const values = this.#valuesOf(sent);
    const list = costliestOf(this.#shape, values);
    return list && described(list, values);
  }

  #valuesOf(sent: Variables | null | undefined): Variables {
    return this.#defaults ? { ...this.#defaults, ...sent } : (sent ?? {});
  }
}

const known = new WeakMap<DocumentNode, Map<string, OperationCost | undefined>>();

/** The cost of a valid document's operation: the document is looked at once. Undefined where it has no such operation. */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationCost | undefined {
  const operations = known.get(document) ?? new Map<string, OperationCost | undefined>();
  known.set(document, operations);
  const name = operationName ?? '';
  if (!operations.has(name)) {
    const operation = getOperationAST(document, operationName);
    // A name that the document does not have is the caller's choice, and there is no end of those.
    if (!operation) return undefined;
    operations.set(name, new OperationCost(schema, document, operation));
  }
  return operations.get(name);
}

const costOf = (shape: Shape, variables: Variables): number =>
  shape.lists.reduce((sum, list) => sum + costOfList(list, variables), shape.fixed);

const costOfList = (list: ListShape, variables: Variables): number =>
  costOf(list.beside, variables) + list.size(variables) * costOf(list, variables);

function costliestOf({ lists }: Shape, variables: Variables): ListShape | undefined {
  const costs = lists.map((list) => costOfList(list, variables));
  return lists[costs.indexOf(Math.max(...costs))];
}

/** Where most of it lies in a list within it, names that one, too. */
function described(list: ListShape, variables: Variables): CostlyList {
  const path = [list.key];
  let size = list.size(variables);
  let at = list;
  for (;;) {
    const inner = costliestOf(at, variables);
    if (!inner || costOfList(inner, variables) < at.fixed) break;
    at = inner;
    path.push(at.key);
    size *= at.size(variables);
  }
  return { path: path.join('.'), cost: Math.ceil(costOfList(list, variables)), size, isPage: at.isPage };
}
