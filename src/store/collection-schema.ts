import { type Document, type IndexDescription, MongoServerError } from 'mongodb';
import type { Store } from './connect.js';

/** A collection as it must be: made where it is missing, its validator, indexes and kind brought up to date. */
export interface CollectionSchema {
  readonly name: string;
  readonly indexes?: readonly IndexDescription[];
  /** A validator: `{ $jsonSchema: … }`. */
  readonly schema?: Document;
  /** Present: a capped collection of this size, which drops its oldest documents and can be tailed. */
  readonly cappedBytes?: number;
}

const namespaceNotFound = 26;
const namespaceExists = 48;

/** May run in any number of processes at once, and again at any time. */
export async function ensureCollection(store: Store, collection: CollectionSchema): Promise<void> {
  const { name, indexes = [], schema, cappedBytes } = collection;
  const validation = schema && { validator: schema, validationLevel: 'strict', validationAction: 'error' };
  const capped = cappedBytes === undefined ? undefined : { capped: true, size: cappedBytes };
  try {
    await store.db.createCollection(name, { ...validation, ...capped });
  } catch (error) {
    throwUnless(namespaceExists)(error);
    if (validation) await store.db.command({ collMod: name, ...validation });
    if (capped) await makeCapped(store, name, capped);
  }
  if (indexes.length > 0) await store.db.collection(name).createIndexes([...indexes]);
}

/**
 * Whoever writes to a collection that is missing makes an ordinary one, which can never be tailed. It is made anew: what
 * is in a capped collection may be lost at any time.
 */
async function makeCapped(store: Store, name: string, options: { capped: boolean; size: number }): Promise<void> {
  if (await store.db.collection(name).isCapped()) return;
  // Another process may be doing the same.
  await store.db.dropCollection(name).catch(throwUnless(namespaceNotFound));
  await store.db.createCollection(name, options).catch(throwUnless(namespaceExists));
}

const throwUnless = (code: number) => (error: unknown) => {
  if (!(error instanceof MongoServerError) || error.code !== code) throw error;
};
