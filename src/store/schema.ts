import type { Document, IndexDescription } from 'mongodb';
import { logCollection, logIndexes } from './activity-logs.js';
import type { Store } from './connect.js';
import { credentialCollection, credentialIndexes, credentialSchema } from './credential-document.js';
import { leaseCollection, leaseSchema } from './lease-document.js';
import { workspaceCollection, workspaceIndexes, workspaceSchema } from './workspace-document.js';

/** A collection as it must be: made where it is missing, its validator and indexes brought up to date. */
export interface CollectionSchema {
  readonly name: string;
  readonly indexes: readonly IndexDescription[];
  readonly validator?: Document;
}

const schemas: readonly CollectionSchema[] = [
  { name: logCollection, indexes: logIndexes },
  { name: workspaceCollection, indexes: workspaceIndexes, validator: workspaceSchema },
  { name: credentialCollection, indexes: credentialIndexes, validator: credentialSchema },
  { name: leaseCollection, indexes: [], validator: leaseSchema },
];

const namespaceExists = 48;

/** Creates what is missing. May run in any number of processes at once, and again at every start. */
export async function ensureSchema(store: Store, only: readonly CollectionSchema[] = schemas): Promise<void> {
  await Promise.all(
    only.map(async ({ name, indexes, validator }) => {
      const options = validator ? { validator, validationLevel: 'strict', validationAction: 'error' } : {};
      try {
        await store.db.createCollection(name, options);
      } catch (error) {
        if ((error as { code?: number }).code !== namespaceExists) throw error;
        if (validator) await store.db.command({ collMod: name, ...options });
      }
      if (indexes.length > 0) await store.db.collection(name).createIndexes([...indexes]);
    }),
  );
}
