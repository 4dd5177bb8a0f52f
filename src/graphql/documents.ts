import { type DocumentNode, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { limits, limitsRule } from './limits.js';

interface KnownDocument {
  readonly document?: DocumentNode;
  readonly isValid: boolean;
}

/** Documents that were sent, parsed and validated once each under the same rules as over HTTP. */
export class Documents {
  readonly #known = new LRUCache<string, KnownDocument>({
    max: 1000,
    maxSize: 8 * 1024 * 1024,
    sizeCalculation: (_known, text) => text.length + 1,
  });

  constructor(private readonly schema: GraphQLSchema) {}

  /** @param text one that is not too costly to parse. The document is absent where it is no GraphQL. */
  get(text: string): KnownDocument {
    const known = this.#known.get(text) ?? this.#look(text);
    this.#known.set(text, known);
    return known;
  }

  #look(text: string): KnownDocument {
    try {
      const document = parse(text, { maxTokens: limits.tokens });
      const faults = validate(this.schema, document, [...specifiedRules, limitsRule], { maxErrors: 1 });
      return { document, isValid: faults.length === 0 };
    } catch {
      return { isValid: false };
    }
  }
}
