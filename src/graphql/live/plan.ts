import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { hashText } from './hash.js';

/** A subscription's document, prepared once for all who send it. */
export interface SubscriptionPlan {
  /** The operation as it was sent: its arguments are read from it. */
  readonly operation: OperationDefinitionNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly fieldNode: FieldNode;
  /** The document without the place to begin after: what is executed for each event. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The variables that the executed document has. */
  readonly variables: readonly string[];
  /** Equal for documents that ask for the same, however they are laid out. */
  readonly key: string;
}

const plans = new WeakMap<DocumentNode, Map<string, SubscriptionPlan>>();

/** @param document a valid one whose operation is a subscription. */
export function planOf(schema: GraphQLSchema, document: DocumentNode, operationName?: string | null): SubscriptionPlan {
  const known = plans.get(document) ?? new Map<string, SubscriptionPlan>();
  plans.set(document, known);
  const name = operationName ?? '';
  const plan = known.get(name) ?? makePlan(schema, document, operationName ?? undefined);
  known.set(name, plan);
  return plan;
}

function makePlan(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): SubscriptionPlan {
  const operation = getOperationAST(document, name)!;
  const fieldNode = rootField(operation.selectionSet, document)!;
  const field = schema.getSubscriptionType()!.getFields()[fieldNode.name.value]!;
  const placeless = withoutUnusedVariables(withoutPlace(schema, document));
  const executed = getOperationAST(placeless, name)!;
  return {
    operation,
    field,
    fieldNode,
    document: placeless,
    operationName: name,
    variables: (executed.variableDefinitions ?? []).map((definition) => definition.variable.name.value),
    key: hashText(JSON.stringify([print(placeless), executed.name?.value])),
  };
}

/** A valid subscription has one field at its root, perhaps inside of fragments, perhaps several times with equal arguments. */
function rootField(selections: SelectionSetNode, document: DocumentNode): FieldNode | undefined {
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const below =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : document.definitions.find(
            (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
          );
    const found = below && 'selectionSet' in below && below.selectionSet && rootField(below.selectionSet, document);
    if (found) return found;
  }
  return undefined;
}

function withoutPlace(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types = new TypeInfo(schema);
  const visitor: ASTVisitor = {
    enter: (node) => {
      if (node.kind !== Kind.FIELD || types.getParentType() !== schema.getSubscriptionType()) return undefined;
      return { ...node, arguments: node.arguments?.filter((argument) => argument.name.value !== 'after') };
    },
  };
  return visit(document, visitWithTypeInfo(types, visitor));
}

function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  const note: ASTVisitor = {
    enter: (node) => {
      if (node.kind === Kind.VARIABLE_DEFINITION) return false;
      if (node.kind === Kind.VARIABLE) used.add(node.name.value);
      return undefined;
    },
  };
  visit(document, note);
  const drop: ASTVisitor = {
    enter: (node) => (node.kind === Kind.VARIABLE_DEFINITION && !used.has(node.variable.name.value) ? null : undefined),
  };
  return visit(document, drop);
}
