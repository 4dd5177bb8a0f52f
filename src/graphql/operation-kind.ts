import { Kind, type OperationDefinitionNode } from 'graphql';
import type { OperationNote } from './context.js';

const schemaFields = ['__schema', '__type', '__typename'];

/** An introspection asks its root for the schema and for nothing else. */
export function operationKind(operation: OperationDefinitionNode): OperationNote['kind'] {
  if (operation.operation !== 'query') return operation.operation;
  const onlySchema = operation.selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && schemaFields.includes(selection.name.value),
  );
  return onlySchema ? 'introspection' : 'query';
}
