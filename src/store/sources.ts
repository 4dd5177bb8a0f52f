import { type Filter, MongoServerError, ObjectId, type UpdateFilter } from 'mongodb';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import { SealBroken, type Sealing } from '../base/sealing.js';
import type { Source } from '../model/source.js';
import type { Store } from './connect.js';
import { read } from './read.js';
import {
  type SealedSecrets,
  type SourceDocument,
  sourceCollection,
  toSource,
  toSourceDocument,
} from './source-document.js';

/** Secrets by name. */
export type Secrets = Readonly<Record<string, string>>;

/** What of a source may change. */
export type SourceChange = Partial<
  Omit<Source, 'id' | 'workspaceId' | 'system' | 'secretNames' | 'version' | 'createdAt'>
>;

export interface Resealed {
  readonly resealed: number;
  /** Sources with a secret that opens with neither key: it must be replaced. */
  readonly unreadable: readonly Id[];
}

const timeoutMS = 2000;
const duplicateKey = 11000;

/** The sources of one workspace. Every call names it first. Removed ones do not exist for any of them. */
export class Sources {
  readonly #collection;

  constructor(
    store: Store,
    private readonly sealing: Sealing,
  ) {
    this.#collection = store.collection<SourceDocument>(sourceCollection);
  }

  /** @throws CodedError CONFLICT naming `input.name` or `input.writeThrough`. */
  async insert(source: Source, secrets: Secrets): Promise<Source> {
    const document = { ...toSourceDocument(source), secrets: this.#sealed(source, secrets) };
    await this.#write(() => this.#collection.insertOne(document), source);
    return toSource(document);
  }

  get(workspaceId: Id, id: Id): Promise<Source | undefined> {
    return this.#one(present(workspaceId, id), toSource);
  }

  async byIds(workspaceId: Id, ids: readonly Id[]): Promise<Source[]> {
    if (ids.length === 0) return [];
    return this.#many({ ...presentIn(workspaceId), _id: { $in: ids.map((id) => new ObjectId(id)) } });
  }

  /** All of them, by name. */
  list(workspaceId: Id): Promise<Source[]> {
    return this.#many(presentIn(workspaceId));
  }

  /** Those that are to be read: all that nobody paused. */
  active(workspaceId: Id): Promise<Source[]> {
    return this.#many({ ...presentIn(workspaceId), isPaused: false });
  }

  /**
   * The secrets of a source, for a call to its origin; none where it has gone.
   * @param source as the call is made for it: secrets that were set for another origin meanwhile do not open.
   * @throws SealBroken for these, and for what was sealed with a key that is not known here.
   */
  async open(source: Source): Promise<Secrets> {
    const document = await this.#one(present(source.workspaceId, source.id), ({ secrets }) => secrets);
    const opened = Object.entries(document ?? {}).map(([name, sealed]) => [name, this.#open(source, name, sealed)]);
    return Object.fromEntries(opened) as Secrets;
  }

  /**
   * Changes a source that still is what it was. Undefined where it has changed or gone meanwhile: read it again. Taken to
   * another origin it loses the secrets that it had.
   * @param source as it was read.
   * @param secrets those to set; others stay.
   * @throws CodedError CONFLICT naming `input.name` or `input.writeThrough`.
   */
  async change(source: Source, change: SourceChange, secrets: Secrets = {}): Promise<Source | undefined> {
    const changed: Source = {
      ...source,
      ...change,
      allowsPrivateOrigin: change.allowsPrivateOrigin ?? (keepsOrigin(source, change) && source.allowsPrivateOrigin),
      version: source.version + 1,
    };
    const { _id, workspaceId, ...fields } = toSourceDocument(changed);
    const sealed = this.#sealed(changed, secrets);
    const set = keepsOrigin(source, change) ? mapKeys(sealed, (name) => `secrets.${name}`) : { secrets: sealed };
    const document = await this.#write(
      () =>
        this.#collection.findOneAndUpdate(
          { _id, ...presentIn(source.workspaceId), version: source.version },
          { $set: { ...fields, ...set } as Partial<SourceDocument> },
          { returnDocument: 'after', timeoutMS },
        ),
      changed,
    );
    return document ? toSource(document) : undefined;
  }

  /** Leaves a stub without settings and secrets, whose id nobody else gets. False where there is no such source. */
  async remove(workspaceId: Id, id: Id, at: Date): Promise<boolean> {
    const stub = { settings: '{}', secrets: {}, writesThrough: false, removedAt: at, updatedAt: at };
    const { matchedCount } = await read(() =>
      this.#collection.updateOne(present(workspaceId, id), { $set: stub, $inc: { version: 1 } }, { timeoutMS }),
    );
    return matchedCount === 1;
  }

  /**
   * Seals with the key of now what was sealed with the previous one, secret by secret: it may be killed anywhere and run
   * again. What is replaced meanwhile is left as it is.
   */
  async reseal(workspaceId: Id): Promise<Resealed> {
    const unreadable = new Set<Id>();
    let resealed = 0;
    for (const document of await this.#documents(presentIn(workspaceId))) {
      const source = toSource(document);
      for (const [name, sealed] of Object.entries(document.secrets)) {
        if (this.sealing.isCurrent(sealed)) continue;
        try {
          const secret = this.#sealed(source, { [name]: this.#open(source, name, sealed) });
          if (await this.#replaceSeal(document, name, secret[name]!)) resealed += 1;
        } catch (error) {
          if (!(error instanceof SealBroken)) throw error;
          unreadable.add(source.id);
        }
      }
    }
    return { resealed, unreadable: [...unreadable] };
  }

  async #replaceSeal({ _id, workspaceId, secrets }: SourceDocument, name: string, sealed: string): Promise<boolean> {
    const where = { _id, workspaceId, [`secrets.${name}`]: secrets[name] } as Filter<SourceDocument>;
    const update = { $set: { [`secrets.${name}`]: sealed } } as UpdateFilter<SourceDocument>;
    return (await read(() => this.#collection.updateOne(where, update, { timeoutMS }))).matchedCount === 1;
  }

  #sealed(source: Source, secrets: Secrets): SealedSecrets {
    const { sealing } = this;
    const seal = ([name, text]: [string, string]) => [name, sealing.seal(text, bindingOf(source, name))];
    return Object.fromEntries(Object.entries(secrets).map(seal)) as SealedSecrets;
  }

  #open(source: Source, name: string, sealed: string): string {
    return this.sealing.open(sealed, bindingOf(source, name));
  }

  async #one<T>(filter: Filter<SourceDocument>, map: (document: SourceDocument) => T): Promise<T | undefined> {
    const document = await read(() => this.#collection.findOne(filter, { timeoutMS }));
    return document ? map(document) : undefined;
  }

  async #many(filter: Filter<SourceDocument>): Promise<Source[]> {
    return (await this.#documents(filter)).map(toSource);
  }

  #documents(filter: Filter<SourceDocument>): Promise<SourceDocument[]> {
    const options = { sort: { name: 1 as const }, timeoutMS };
    return read(() => this.#collection.find(filter, options).toArray());
  }

  async #write<T>(run: () => Promise<T>, source: Source): Promise<T> {
    return read(run).catch((error: unknown) => {
      if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      throw conflict(error, source);
    });
  }
}

const keepsOrigin = (source: Source, { baseUrl }: SourceChange): boolean =>
  baseUrl === undefined || originOf({ ...source, baseUrl }) === originOf(source);

const originOf = ({ baseUrl }: Source): string => new URL(baseUrl).origin;

/** To what a secret is bound: taken to another source or origin it does not open. */
const bindingOf = (source: Source, name: string): string[] => [source.workspaceId, source.id, originOf(source), name];

const mapKeys = <T>(record: Readonly<Record<string, T>>, map: (key: string) => string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [map(key), value]));

const presentIn = (workspaceId: Id) => ({ workspaceId: new ObjectId(workspaceId), removedAt: null as never });
const present = (workspaceId: Id, id: Id) => ({ ...presentIn(workspaceId), _id: new ObjectId(id) });

function conflict(cause: MongoServerError, { name, system }: Source): unknown {
  // Of the two indexes over what people choose, only one has the name among its fields.
  const fields = Object.keys((cause.keyPattern as Record<string, unknown> | undefined) ?? {});
  if (fields.includes('name')) {
    return new CodedError('CONFLICT', `A source named ${JSON.stringify(name)} exists already`, 'input.name', { cause });
  }
  if (!fields.includes('system')) return cause;
  const message = `Another source of ${system} is written through already; at most one of a system can be`;
  return new CodedError('CONFLICT', message, 'input.writeThrough', { cause });
}
