import { type FragmentDefinitionNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import type { EntryField } from '../../model/activity-log.js';

/** Which properties of an entry a GraphQL field is made of, where that is not just the one of its name. */
const madeOf: Readonly<Record<string, readonly EntryField[]>> = {
  __typename: [],
  cursor: ['workspaceId', 'seq'],
  occurredAt: ['occurredAtMicros'],
  user: ['actorKey'],
  activity: ['activityRef'],
  pathway: ['pathwayId'],
  upstream: ['id', 'workspaceId', 'seq', 'source', 'connectionId'],
};

/** The properties that the entries of a connection are asked for, so that no more is read from the store. */
export function selectedProperties(info: GraphQLResolveInfo): EntryField[] {
  const { fragments } = info;
  const connection = info.fieldNodes.flatMap((node) => fieldsBelow(node.selectionSet, fragments));
  const nodes = connection.flatMap((field) => {
    if (field.name === 'nodes') return [field.below];
    if (field.name !== 'edges') return [];
    return fieldsBelow(field.below, fragments).flatMap((edge) => (edge.name === 'node' ? [edge.below] : []));
  });
  return propertiesBelow(nodes, fragments);
}

/** The properties that one entry is asked for. */
export const selectedOfOne = ({ fieldNodes, fragments }: GraphQLResolveInfo): EntryField[] =>
  propertiesBelow(
    fieldNodes.map((node) => node.selectionSet),
    fragments,
  );

function propertiesBelow(entries: readonly (SelectionSetNode | undefined)[], fragments: Fragments): EntryField[] {
  const names = entries.flatMap((below) => fieldsBelow(below, fragments).map((field) => field.name));
  return [...new Set(names.flatMap((name) => madeOf[name] ?? [name as EntryField]))];
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

interface Selected {
  readonly name: string;
  readonly below: SelectionSetNode | undefined;
}

function fieldsBelow(selections: SelectionSetNode | undefined, fragments: Fragments): Selected[] {
  return (selections?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [{ name: selection.name.value, below: selection.selectionSet }];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    return fieldsBelow(fragment?.selectionSet, fragments);
  });
}
