import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Config, ConfigError } from '../base/config.js';
import type { PersistedOptions } from './persisted-documents.js';

/** A persisted query manifest as Apollo's tools write it (https://www.apollographql.com/docs/graphos/platform/security/persisted-queries). */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

export type Manifest = z.input<typeof manifest>;

/** What the settings say of documents. @throws ConfigError where the file of trusted ones cannot be used. */
export function persistedOptionsOf(
  config: Pick<Config, 'TRUSTED_DOCUMENTS' | 'TRUSTED_DOCUMENTS_FILE'>,
): PersistedOptions {
  if (config.TRUSTED_DOCUMENTS !== 'only') return {};
  return { onlyTrusted: true, trusted: readManifest(config.TRUSTED_DOCUMENTS_FILE) };
}

function readManifest(path: string): Map<string, string> {
  try {
    const { operations } = manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
    return new Map(operations.map(({ body }) => [createHash('sha256').update(body).digest('hex'), body]));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new ConfigError([`TRUSTED_DOCUMENTS_FILE: ${path} is no manifest of documents: ${reason}`]);
  }
}
