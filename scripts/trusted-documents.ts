import { createHash } from 'node:crypto';
import { getOperationAST, print } from 'graphql';
import * as operations from '../schema/operations/operations.js';
import type { Manifest } from '../src/graphql/trusted-documents.js';

/** The operations of schema/operations as schema/trusted-documents.json holds them: in the text that clients send. */
export function trustedDocumentsText(): string {
  const found = Object.values(operations).flatMap((document) => {
    const operation = getOperationAST(document);
    if (!operation?.name) return [];
    const body = print(document);
    const id = createHash('sha256').update(body).digest('hex');
    return [{ id, name: operation.name.value, type: operation.operation, body }];
  });
  const manifest: Manifest = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: found.sort((a, b) => a.name.localeCompare(b.name)),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
