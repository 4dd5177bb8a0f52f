import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';

/** A field as often as it is selected under one name: executed once, with all that is selected below it. */
export interface Selected {
  readonly key: string;
  readonly parent: GraphQLCompositeType;
  readonly node: FieldNode;
  /** Undefined for the fields that every type has, such as `__typename`. */
  readonly field: GraphQLField<unknown, unknown> | undefined;
  readonly below: readonly SelectionSetNode[];
}

/** What is selected of a type, fragments written out, each name once. Fragments on several types count all. */
export function selectedOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): Selected[] {
  const found = new Map<string, Selected & { readonly below: SelectionSetNode[] }>();
  const seen = new Set<string>();
  const collect = (parent: GraphQLCompositeType, set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const name = `${parent.name} ${key}`;
        const known = found.get(name);
        const below = known?.below ?? [];
        if (selection.selectionSet) below.push(selection.selectionSet);
        if (!known)
          found.set(name, { key, parent, node: selection, field: fieldOf(parent, selection.name.value), below });
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentOf(document, selection.name.value);
      if (!fragment || (selection.kind === Kind.FRAGMENT_SPREAD && seen.has(selection.name.value))) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) seen.add(selection.name.value);
      const condition = fragment.typeCondition && typeFromAST(schema, fragment.typeCondition);
      collect((condition as GraphQLCompositeType | undefined) ?? parent, fragment.selectionSet);
    }
  };
  for (const set of sets) collect(type, set);
  return [...found.values()];
}

const fieldOf = (type: GraphQLCompositeType, name: string): Selected['field'] =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

const fragmentOf = (document: DocumentNode, name: string) =>
  document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name) as
    | (DocumentNode['definitions'][number] & { kind: Kind.FRAGMENT_DEFINITION })
    | undefined;
