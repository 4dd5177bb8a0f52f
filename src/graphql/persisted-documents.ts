import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { badInput, CodedError } from '../base/errors.js';

/** How a client names a document: by its text, by the SHA-256 of that, or by both. */
export interface SentDocument {
  /** Empty or absent: by the hash alone. */
  readonly query?: string | null;
  readonly extensions?: Readonly<Record<string, unknown>> | null;
}

export interface PersistedOptions {
  /** Documents that are known from the start and for good, by their hash. */
  readonly trusted?: ReadonlyMap<string, string>;
  /** Whether no others are taken. */
  readonly onlyTrusted?: boolean;
  /** What all others together may take up, in characters. */
  readonly mostCharacters?: number;
}

/**
 * Documents by hash, as Apollo's automatic persisted queries have it: a client sends the hash alone, hears that it is not
 * known here, sends both, and from then on the hash suffices
 * (https://www.apollographql.com/docs/apollo-server/performance/apq).
 */
export class PersistedDocuments {
  readonly #trusted: ReadonlyMap<string, string>;
  readonly #onlyTrusted: boolean;
  readonly #kept: LRUCache<string, string>;

  constructor({ trusted = new Map(), onlyTrusted = false, mostCharacters = 16 * 1024 * 1024 }: PersistedOptions = {}) {
    this.#trusted = trusted;
    this.#onlyTrusted = onlyTrusted;
    this.#kept = new LRUCache({ maxSize: mostCharacters, sizeCalculation: (text) => text.length + hashLength });
  }

  /**
   * The text of a document.
   * @throws CodedError PERSISTED_QUERY_NOT_FOUND, UNTRUSTED_DOCUMENT; BAD_USER_INPUT where text and hash do not agree.
   */
  textOf({ query, extensions }: SentDocument): string {
    const hash = persistedHash(extensions);
    if (!query) {
      if (hash === undefined) throw badInput('query', 'query must be a GraphQL document');
      const known = this.#trusted.get(hash) ?? this.#kept.get(hash);
      // The word that Apollo's and urql's clients listen for.
      if (known === undefined) throw new CodedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      return known;
    }
    if (hash !== undefined && hash !== hashOf(query)) throw badInput(hashField, 'This is not the SHA-256 of the query');
    if (this.#onlyTrusted && !this.#trusted.has(hash ?? hashOf(query))) {
      throw new CodedError(
        'UNTRUSTED_DOCUMENT',
        'Only documents that were made known beforehand are taken here',
        'query',
      );
    }
    return query;
  }

  /** Remembers what was sent with its hash. For those who showed a credential: others must not push theirs out. */
  keep({ query, extensions }: SentDocument): void {
    const hash = persistedHash(extensions);
    if (query && hash !== undefined && !this.#trusted.has(hash)) this.#kept.set(hash, query);
  }
}

const hashField = 'extensions.persistedQuery.sha256Hash';
/** Of a hash, in characters. */
export const hashLength = 64;

/** What a document is known by: the SHA-256 of its text, in hexadecimal. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The hash that was sent, if one was. @throws CodedError BAD_USER_INPUT for another version of the protocol. */
export function persistedHash(extensions: SentDocument['extensions']): string | undefined {
  const { version, sha256Hash } = (extensions?.persistedQuery ?? {}) as { version?: unknown; sha256Hash?: unknown };
  if (typeof sha256Hash !== 'string') return undefined;
  if (version !== 1) throw badInput('extensions.persistedQuery.version', 'The version must be 1');
  return sha256Hash;
}
