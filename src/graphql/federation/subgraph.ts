import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  printSchema,
  visit,
} from 'graphql';
import { createResolversMap } from 'type-graphql';
import { entityNames, referenceResolvers } from './references.js';

/** Types that say nothing of us: any subgraph may have them, too. */
const shared = ['PageInfo'];

const link = parse(
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])',
);

/**
 * The schema as a subgraph of Apollo Federation 2 (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec):
 * with `_service` and `_entities`, and nouns that other subgraphs can add to and refer to by their `id`.
 */
export function asSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const resolvers = createResolversMap(schema) as Record<string, object>;
  const merged = Object.fromEntries(
    Object.entries(resolvers).map(([name, fields]) => [
      name,
      name in referenceResolvers ? { ...fields, ...referenceResolvers[name] } : fields,
    ]),
  );
  const subgraph = buildSubgraphSchema([
    { typeDefs: link },
    { typeDefs: withDirectives(parse(printSchema(schema))), resolvers: merged as never },
  ]);
  subgraph.description = schema.description;
  return subgraph;
}

const withDirectives = (document: DocumentNode): DocumentNode =>
  visit(document, {
    ObjectTypeDefinition: (node): ObjectTypeDefinitionNode | undefined => {
      const { value } = node.name;
      const added = [
        ...(entityNames.includes(value) ? [directive('key', { fields: 'id' })] : []),
        ...(shared.includes(value) ? [directive('shareable')] : []),
      ];
      return added.length === 0 ? undefined : { ...node, directives: [...(node.directives ?? []), ...added] };
    },
  });

const directive = (name: string, args: Readonly<Record<string, string>> = {}): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: name },
  arguments: Object.entries(args).map(([argument, value]) => ({
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: argument },
    value: { kind: Kind.STRING, value },
  })),
});
