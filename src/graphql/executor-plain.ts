import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

type Values = Readonly<Record<string, unknown>>;

/** A field's arguments, as they were written, and the variables that the plain operation has in their place. */
interface Input {
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly names: readonly { readonly argument: string; readonly variable: string }[];
}

/** An operation in the few words that graphql-jit compiles as graphql-js would execute them. */
export interface Plain {
  readonly document: DocumentNode;
  readonly inputs: readonly Input[];
  /** What lies at a place of the answer, by its response names. */
  readonly types: ReadonlyMap<string, GraphQLOutputType>;
  readonly fields: number;
}

/** Takes any value as it is, and so lets pass what graphql-js has made of an argument. */
const passing = 'JSON';

/**
 * graphql-jit knows a field by its response names joined by "_", so names with one in them may be taken for another's;
 * and `__proto__` is none of an object's keys.
 */
const safeName = /^[A-Za-z][A-Za-z0-9]*$/;

/** An operation that is executed as it was written. */
class NotPlain extends Error {}

/** The variables that decide what is asked for at all, in their order in the document. */
export function conditionsOf(document: DocumentNode): readonly string[] {
  const known = conditions.get(document);
  if (known) return known;
  const names = new Set<string>();
  visit(document, {
    Directive: ({ arguments: written }) => {
      for (const { value } of written ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  const found = [...names];
  conditions.set(document, found);
  return found;
}

const conditions = new WeakMap<DocumentNode, readonly string[]>();

/**
 * Writes an operation out for one outcome of its conditions: no fragments by name, no directives, and a variable of its
 * own for each argument. graphql-jit puts what an argument says into the code that it makes, where a text can be made to
 * be more than a text; so it never sees one.
 * @returns undefined for what must be executed as it was written.
 */
export function plainOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Values,
): Plain | undefined {
  if (!schema.getType(passing)) return undefined;
  try {
    const plain = new Writer(schema, document, variables).write(operation);
    // In which order several mutations go on when one fails is graphql-js' to know.
    const roots = [...plain.types.keys()].filter((place) => !place.includes(','));
    return operation.operation === 'mutation' && roots.length > 1 ? undefined : plain;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/**
 * The variables of the plain operation.
 * @returns undefined where an argument is at fault: graphql-js says in which words.
 */
export function inputsOf({ inputs }: Plain, coerced: Values): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  try {
    for (const { field, node, names } of inputs) {
      const given = getArgumentValues(field, node, coerced as Record<string, unknown>);
      for (const { argument, variable } of names) if (argument in given) values[variable] = given[argument];
    }
    return values;
  } catch {
    return undefined;
  }
}

class Writer {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #inputs: Input[] = [];
  readonly #variables: VariableDefinitionNode[] = [];
  readonly #types = new Map<string, GraphQLOutputType>();
  #fields = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly values: Values,
  ) {
    this.#fragments = new Map(
      document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
    );
  }

  write(operation: OperationDefinitionNode): Plain {
    const root = this.schema.getRootType(operation.operation)!;
    const selectionSet = this.#selections(operation.selectionSet, root.name, []);
    const written: OperationDefinitionNode = {
      ...operation,
      directives: [],
      variableDefinitions: this.#variables,
      selectionSet,
    };
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [written] };
    return { document, inputs: this.#inputs, types: this.#types, fields: this.#fields };
  }

  #selections(selectionSet: SelectionSetNode, typeName: string, path: readonly string[]): SelectionSetNode {
    const selections = selectionSet.selections.flatMap((selection): SelectionNode[] => {
      if (!this.#isIncluded(selection)) return [];
      if (selection.kind === Kind.FIELD) return [this.#field(selection, typeName, path)];
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value)!;
      const { typeCondition } = fragment;
      const below = this.#selections(fragment.selectionSet, typeCondition?.name.value ?? typeName, path);
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: below }];
    });
    return { ...selectionSet, selections };
  }

  #field(node: FieldNode, typeName: string, path: readonly string[]): FieldNode {
    this.#fields += 1;
    const { alias, name, loc, selectionSet } = node;
    const key = (alias ?? name).value;
    const field = this.#definition(typeName, name.value);
    if (!safeName.test(key) && (alias || field !== TypeNameMetaFieldDef)) throw new NotPlain();
    const place = [...path, key];
    this.#types.set(place.join(), field.type);
    const below = selectionSet && this.#selections(selectionSet, getNamedType(field.type).name, place);
    return { kind: Kind.FIELD, alias, name, loc, arguments: this.#arguments(field, node), selectionSet: below };
  }

  /** Of `__typename` alone it is known what graphql-jit makes of it. */
  #definition(typeName: string, name: string): GraphQLField<unknown, unknown> {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    const type = this.schema.getType(typeName);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (!field) throw new NotPlain();
    return field;
  }

  #arguments(field: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentNode[] {
    const written = node.arguments ?? [];
    const names = written.map(({ name }, index) => ({
      argument: name.value,
      variable: `v${this.#variables.length + index}`,
    }));
    if (names.length === 0) return [];
    this.#inputs.push({ field, node, names });
    return names.map(({ argument, variable }) => {
      const value = { kind: Kind.VARIABLE, name: named(variable) } as const;
      this.#variables.push({ kind: Kind.VARIABLE_DEFINITION, variable: value, type: passingType });
      return { kind: Kind.ARGUMENT, name: named(argument), value };
    });
  }

  #isIncluded({ directives = [] }: { readonly directives?: readonly DirectiveNode[] }): boolean {
    if (directives.length === 0) return true;
    const condition = (directive: typeof GraphQLSkipDirective): boolean | undefined => {
      try {
        return getDirectiveValues(directive, { directives }, this.values as Record<string, unknown>)?.if as
          | boolean
          | undefined;
      } catch {
        throw new NotPlain();
      }
    };
    return condition(GraphQLSkipDirective) !== true && condition(GraphQLIncludeDirective) !== false;
  }
}

const named = (value: string): NameNode => ({ kind: Kind.NAME, value });
const passingType: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: named(passing) };
