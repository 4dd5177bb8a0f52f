import type { DocumentStore } from '@apollo/server';
import { type DocumentNode, type GraphQLSchema, parse, specifiedRules, type ValidationRule, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { refuseCostly } from './document-size.js';
import { type RequestLimits, rulesOf } from './limits.js';
import { hashLength, hashOf, PersistedDocuments, type SentDocument } from './persisted-documents.js';

/** Remembered in place of a document that is no GraphQL or not valid. */
const refused = Symbol('refused');
type Known = DocumentNode | typeof refused;

/** What all documents together may take up. */
const cacheBytes = 32 * 1024 * 1024;
/** Measured: a parsed document takes 320 to 370 bytes a token beside its text; a subscription's has a plan besides. */
const bytesPerToken = 500;

/**
 * Documents that were sent, whichever door they came by: each is parsed and validated once, under the same rules, as long
 * as it is remembered. What is not valid is Apollo's to refuse, so that it is refused in the same words everywhere.
 */
export class Documents {
  readonly rules: readonly ValidationRule[];
  readonly parseOptions: { readonly maxTokens: number };
  readonly #known: LRUCache<string, Known>;
  /** What texts hash to: hashing one takes longer than finding it. */
  readonly #hashes = new LRUCache<string, string>({
    maxSize: cacheBytes / 8,
    sizeCalculation: (_hash, text) => text.length + 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: RequestLimits,
    readonly persisted: PersistedDocuments = new PersistedDocuments(),
    maxBytes: number = cacheBytes,
  ) {
    this.rules = rulesOf(limits);
    this.parseOptions = { maxTokens: limits.tokens };
    this.#known = new LRUCache({ maxSize: maxBytes, sizeCalculation: sizeOf });
  }

  /** What Apollo remembers valid documents by: a prefix and the SHA-256 of the text. */
  get store(): DocumentStore {
    const keyOfText = (key: string): string => key.slice(-hashLength);
    return {
      get: async (key) => valid(this.#known.get(keyOfText(key))),
      set: async (key, document) => void this.#known.set(keyOfText(key), document),
      delete: async (key) => this.#known.delete(keyOfText(key)),
    };
  }

  /** How many bytes are remembered, as reckoned. */
  get bytes(): number {
    return this.#known.calculatedSize;
  }

  /**
   * The text of what was sent, before anything parses it.
   * @throws CodedError TOO_COSTLY for a text that would be costly even to parse or validate; as `PersistedDocuments.textOf`.
   */
  textOf(sent: SentDocument): string {
    const text = this.persisted.textOf(sent);
    if (!this.#known.has(this.#hashOf(text))) refuseCostly(text, this.limits);
    return text;
  }

  /** The document of a text that came before and was valid. */
  known(text: string): DocumentNode | undefined {
    return valid(this.#known.get(this.#hashOf(text)));
  }

  /**
   * The document of a text; undefined where it is not valid.
   * @throws CodedError TOO_COSTLY as `textOf`.
   */
  of(text: string): DocumentNode | undefined {
    const key = this.#hashOf(text);
    const known = this.#known.get(key);
    if (known) return valid(known);
    refuseCostly(text, this.limits);
    const document = this.#look(text);
    this.#known.set(key, document);
    return valid(document);
  }

  #hashOf(text: string): string {
    const known = this.#hashes.get(text);
    if (known !== undefined) return known;
    const hash = hashOf(text);
    this.#hashes.set(text, hash);
    return hash;
  }

  #look(text: string): Known {
    try {
      const document = parse(text, this.parseOptions);
      const faults = validate(this.schema, document, [...specifiedRules, ...this.rules], { maxErrors: 1 });
      return faults.length === 0 ? document : refused;
    } catch {
      return refused;
    }
  }
}

const valid = (known: Known | undefined): DocumentNode | undefined => (known === refused ? undefined : known);

function sizeOf(known: Known): number {
  if (known === refused) return hashLength;
  let tokens = 0;
  for (let token = known.loc?.startToken; token; token = token.next ?? undefined) tokens += 1;
  return hashLength + (known.loc?.source.body.length ?? 0) + tokens * bytesPerToken;
}
