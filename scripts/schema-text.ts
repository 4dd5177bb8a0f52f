import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../src/graphql/schema.js';
import type { Services } from '../src/graphql/services.js';

/** The schema as schema/schema.graphql holds it: sorted, so that only what changed differs. */
export function schemaText(): string {
  // Nothing is resolved here, so no service is ever called.
  const schema = createSchema({} as Services);
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
