import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import type { RequestContext } from './context.js';

type Method = (...given: unknown[]) => unknown;
type FieldResolverMetadata = ReturnType<typeof getMetadataStorage>['fieldResolvers'][number];

/**
 * Lets fields call the methods that resolve them. Type-graphql sorts and looks through a method's parameters at each call,
 * which for a field of every entry of a page is most of what the field costs; here it is done once, for methods that take
 * the item and the context and nothing else.
 */
export function callDirectly(schema: GraphQLSchema, instances: ReadonlyMap<unknown, object>): void {
  for (const metadata of getMetadataStorage().fieldResolvers) {
    const instance = instances.get(metadata.target) as Record<string, Method> | undefined;
    const type = schema.getType(typeNameOf(metadata) ?? '');
    const field = isObjectType(type) ? type.getFields()[metadata.schemaName] : undefined;
    const resolve = instance && directResolver(metadata, instance);
    if (field && resolve) field.resolve = resolve;
  }
}

function typeNameOf({ target, getObjectType, resolverClassMetadata }: FieldResolverMetadata): string | undefined {
  const objectType = (getObjectType ?? resolverClassMetadata?.getObjectType)?.();
  const storage = getMetadataStorage();
  return storage.objectTypes.find((type) => type.target === objectType && type.target !== target)?.name;
}

function directResolver(
  { kind, methodName, params = [], middlewares = [] }: FieldResolverMetadata,
  instance: Record<string, Method>,
): GraphQLFieldResolver<unknown, RequestContext> | undefined {
  if (kind !== 'external' || middlewares.length > 0 || params.length === 0) return undefined;
  const kinds = params
    .toSorted((a, b) => a.index - b.index)
    .map((param) => {
      if (param.kind === 'context') return param.propertyName === undefined ? 'context' : 'other';
      if (param.kind === 'root') return param.propertyName === undefined && !param.getType ? 'root' : 'other';
      return 'other';
    });
  if (kinds.join() === 'root') return (root) => instance[methodName]!(root);
  if (kinds.join() === 'root,context') return (root, _args, context) => instance[methodName]!(root, context);
  return undefined;
}
