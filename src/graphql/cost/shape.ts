import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Selected, selectedOf } from './selected.js';
import { batchSize, pageSize, type Size, unpaged } from './sizes.js';
import { heavyFields, weights } from './weights.js';

/** What a document costs, but for the numbers that only its variables tell. Made once per document. */
export interface Shape {
  /** Whatever does not depend on how many items there are. */
  readonly fixed: number;
  readonly lists: readonly ListShape[];
}

/** A list, and the shape of each of its items. */
export interface ListShape extends Shape {
  /** What it is called in the answer. */
  readonly key: string;
  readonly size: Size;
  readonly isPage: boolean;
  /** Beside its items, e.g. their count. */
  readonly beside: Shape;
}

const nothing: Shape = { fixed: 0, lists: [] };

/** @param document a valid one. */
export function shapeOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const root = schema.getRootType(operation.operation)!;
  const each = operation.operation === 'mutation' ? weights.mutation : weights.rootField;
  const shapes = selectedOf(schema, document, root, [operation.selectionSet]).map((selected): Shape => {
    const { key, field, node } = selected;
    if (!field) return { fixed: key === '__typename' ? 0 : weights.introspection, lists: [] };
    const isBatch = operation.operation === 'mutation' || field.name === '_entities';
    const batch = isBatch ? batchSize(node) : undefined;
    const shape = new Shaping(schema, document, batch ?? unpaged).of(selected, weights.item);
    const fixed = shape.fixed + each + (heavyFields[`${root.name}.${field.name}`] ?? 0);
    const inputs: ListShape[] = batch
      ? [{ key, size: batch, isPage: false, fixed: weights.item, lists: [], beside: nothing }]
      : [];
    return { fixed, lists: [...inputs, ...shape.lists] };
  });
  return together(shapes);
}

/** Walks what is selected; the size is that of lists which are not paged. */
class Shaping {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly listSize: Size,
  ) {}

  of({ key, field, node, below, parent }: Selected, item: number = weights.innerItem): Shape {
    if (!field) return nothing;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return field.name === 'totalCount' ? { fixed: weights.count, lists: [] } : nothing;
    if (type.name.endsWith('Connection')) {
      return { fixed: weights.rootField, lists: [this.#page(key, pageSize(node), item, type, below)] };
    }
    if (isListType(getNullableType(field.type))) {
      const items = this.#within(type, below);
      const fixed = items.fixed + (isNoun(type) ? item : 0);
      return {
        fixed: 0,
        lists: [{ key, size: this.listSize, isPage: false, fixed, lists: items.lists, beside: nothing }],
      };
    }
    const shape = this.#within(type, below);
    // The node of an edge is the item that its list counts.
    const isLookedUp = isNoun(type) && !parent.name.endsWith('Edge');
    return { fixed: shape.fixed + (isLookedUp ? weights.relation : 0), lists: shape.lists };
  }

  #within(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): Shape {
    return together(selectedOf(this.schema, this.document, type, sets).map((selected) => this.of(selected)));
  }

  #page(
    key: string,
    size: Size,
    item: number,
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
  ): ListShape {
    const items: Shape[] = [];
    const beside: Shape[] = [];
    for (const selected of selectedOf(this.schema, this.document, type, sets)) {
      const { field } = selected;
      if (field?.name === 'nodes' || field?.name === 'edges') {
        items.push(this.#within(getNamedType(field.type) as GraphQLCompositeType, selected.below));
      } else beside.push(this.of(selected));
    }
    const { fixed, lists } = together(items);
    return { key, size, isPage: true, fixed: fixed + item, lists, beside: together(beside) };
  }
}

/** What has an id of ours is kept somewhere of its own; anything else is a part of what it belongs to. */
const isNoun = (type: GraphQLCompositeType): boolean =>
  (isObjectType(type) || isInterfaceType(type)) && String(type.getFields().id?.type) === 'ID!';

const together = (shapes: readonly Shape[]): Shape => ({
  fixed: shapes.reduce((sum, shape) => sum + shape.fixed, 0),
  lists: shapes.flatMap((shape) => shape.lists),
});
