import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Config } from '../base/config.js';

/** What one operation may ask for. GraphiQL's own introspection query is far below each default. */
export interface RequestLimits {
  /** Words and signs of the document; parsing stops there. */
  readonly tokens: number;
  /** Nested selections. */
  readonly depth: number;
  /** Fields of the query or mutation itself, aliases counted each. */
  readonly rootFields: number;
  /** All fields together, each fragment counted as often as it is used. */
  readonly fields: number;
  /** Fields under another name than their own, counted as fields are. */
  readonly aliases: number;
  /** Directives of the document, wherever they stand. */
  readonly directives: number;
  /** What one operation may cost. */
  readonly cost: number;
  /** How long a query or mutation may take. */
  readonly timeoutMs: number;
  /** Whether the schema may be asked for, and errors suggest names of it. */
  readonly introspection: boolean;
}

export const requestLimitsOf = (config: Config): RequestLimits => ({
  tokens: config.MAX_QUERY_TOKENS,
  depth: config.MAX_QUERY_DEPTH,
  rootFields: config.MAX_QUERY_ROOT_FIELDS,
  fields: config.MAX_QUERY_FIELDS,
  aliases: config.MAX_QUERY_ALIASES,
  directives: config.MAX_QUERY_DIRECTIVES,
  cost: config.MAX_QUERY_COST,
  timeoutMs: config.OPERATION_TIMEOUT_MS,
  introspection: config.INTROSPECTION ?? config.NODE_ENV !== 'production',
});

/** What a document must keep to beside GraphQL's own rules. */
export const rulesOf = (limits: RequestLimits): readonly ValidationRule[] =>
  limits.introspection ? [limitsRule(limits)] : [limitsRule(limits), NoSchemaIntrospectionCustomRule];

interface Cost {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const nothing: Cost = { depth: 0, fields: 0, aliases: 0 };

/** Refuses an operation that is too deep, too wide or, with its fragments written out, too long or too often renamed. */
export const limitsRule =
  (limits: RequestLimits): ValidationRule =>
  (context: ValidationContext): ASTVisitor => {
    const known = new Map<string, Cost>();
    return {
      OperationDefinition(operation) {
        const cost = costOf(operation.selectionSet, context, known);
        const rootFields = fieldsAtRoot(operation.selectionSet, context, new Map());
        const tooMuch = [
          cost.depth > limits.depth && `nests ${limits.depth} levels deep at most`,
          rootFields > limits.rootFields && `has ${limits.rootFields} fields at its root at most`,
          cost.fields > limits.fields && `has ${limits.fields} fields in all at most`,
          cost.aliases > limits.aliases && `has ${limits.aliases} aliases at most`,
        ].find((message) => message !== false);
        if (tooMuch === undefined) return;
        const message = `One operation ${tooMuch}`;
        context.reportError(new GraphQLError(message, { nodes: operation, extensions: { code: 'TOO_COSTLY' } }));
      },
    };
  };

/** Fragments are counted once and remembered: written out they may be exponentially many. */
function costOf(selections: SelectionSetNode, context: ValidationContext, known: Map<string, Cost>): Cost {
  let depth = 0;
  let fields = 0;
  let aliases = 0;
  for (const selection of selections.selections) {
    let cost: Cost;
    if (selection.kind === Kind.FIELD) {
      const below = selection.selectionSet ? costOf(selection.selectionSet, context, known) : nothing;
      const alias = selection.alias ? 1 : 0;
      cost = { depth: below.depth + 1, fields: below.fields + 1, aliases: below.aliases + alias };
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      cost = costOf(selection.selectionSet, context, known);
    } else {
      cost = fragmentCost(context.getFragment(selection.name.value), context, known);
    }
    depth = Math.max(depth, cost.depth);
    fields += cost.fields;
    aliases += cost.aliases;
  }
  return { depth, fields, aliases };
}

function fragmentCost(
  fragment: FragmentDefinitionNode | null | undefined,
  context: ValidationContext,
  known: Map<string, Cost>,
): Cost {
  if (!fragment) return nothing;
  const before = known.get(fragment.name.value);
  if (before) return before;
  // A cycle is another rule's to report; here it must only end.
  known.set(fragment.name.value, nothing);
  const cost = costOf(fragment.selectionSet, context, known);
  known.set(fragment.name.value, cost);
  return cost;
}

function fieldsAtRoot(selections: SelectionSetNode, context: ValidationContext, known: Map<string, number>): number {
  let count = 0;
  for (const selection of selections.selections) {
    if (selection.kind === Kind.FIELD) count += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT) count += fieldsAtRoot(selection.selectionSet, context, known);
    else {
      const name = selection.name.value;
      const fragment = context.getFragment(name);
      if (fragment && !known.has(name)) {
        known.set(name, 0);
        known.set(name, fieldsAtRoot(fragment.selectionSet, context, known));
      }
      count += known.get(name) ?? 0;
    }
  }
  return count;
}
