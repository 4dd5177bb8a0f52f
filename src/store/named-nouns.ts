import { type AnyBulkWriteOperation, type Document, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { Store } from './connect.js';
import type { Slice, Span } from './keyset.js';
import { NounDocuments } from './noun-documents.js';
import { type NamedDocument, NounLists, sortNameOf } from './noun-lists.js';

/** How one noun lies in its collection. */
export interface NounMapping<D extends NamedDocument, T, F> {
  readonly collection: string;
  toDocument(node: T): D;
  toNode(document: D): T;
  /** What a filter comes to. */
  conditions(filter: F): Document[];
  /** What must be given up before these can be written, in the same command; it does nothing where `seq` was applied before. */
  makingRoom?(nodes: readonly T[], seq: number): AnyBulkWriteOperation<D>[];
}

/** Where something stands in a list that is ordered by name. */
export const nameKey = <T extends { readonly name: string; readonly id: Id }>({ name, id }: T): string[] => [
  sortNameOf(name),
  id,
];

/** The documents of one noun that has a name. They follow the log and are written for its control entries only. */
export class NamedNouns<D extends NamedDocument, T, F> {
  protected readonly lists: NounLists<D>;
  readonly #documents: NounDocuments<D>;

  constructor(
    store: Store,
    private readonly mapping: NounMapping<D, T, F>,
  ) {
    const collection = store.collection<D>(mapping.collection);
    this.#documents = new NounDocuments(collection);
    this.lists = new NounLists(collection);
  }

  /** The highest number of the log that any of them was written for. */
  head(workspaceId: Id): Promise<number> {
    return this.#documents.head(workspaceId);
  }

  /** Brings them to their state as of a control entry. */
  write(nodes: readonly T[], seq: number): Promise<void> {
    const { toDocument, makingRoom } = this.mapping;
    return this.#documents.write(nodes.map(toDocument), seq, makingRoom?.(nodes, seq));
  }

  /** Leaves only a stub of each, as of a control entry. */
  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void> {
    return this.#documents.writeRemoved(workspaceId, ids, removedAt, seq);
  }

  byIds(workspaceId: Id, ids: readonly Id[]): Promise<T[]> {
    return this.among(
      workspaceId,
      '_id',
      ids.map((id) => new ObjectId(id)),
    );
  }

  /** All that have any of these names, whatever their case. */
  byNames(workspaceId: Id, names: readonly string[]): Promise<T[]> {
    return this.among(workspaceId, 'sortName', sortNamesOf(names));
  }

  async find(workspaceId: Id, filter: F, slice: Slice): Promise<T[]> {
    return this.nodes(await this.lists.find(workspaceId, this.mapping.conditions(filter), slice));
  }

  exists(workspaceId: Id, filter: F, span: Span): Promise<boolean> {
    return this.lists.exists(workspaceId, this.mapping.conditions(filter), span);
  }

  count(workspaceId: Id, filter: F): Promise<number> {
    return this.lists.count(workspaceId, this.mapping.conditions(filter));
  }

  /** All whose field has any of these values; no values ask the store nothing. */
  protected async among(workspaceId: Id, field: string, values: readonly unknown[]): Promise<T[]> {
    if (values.length === 0) return [];
    // No `$exists` beside it where an index is partial on that: of two conditions on a list the server bounds by one only.
    return this.nodes(await this.lists.many(workspaceId, { [field]: { $in: [...values] } }));
  }

  protected nodes(documents: readonly D[]): T[] {
    return documents.map(this.mapping.toNode);
  }
}

export const sortNamesOf = (names: readonly string[]): string[] => names.map((name) => sortNameOf(name.trim()));
