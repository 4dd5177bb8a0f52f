import type { SentDocument } from './persisted-documents.js';

/** What a client sent to be done, by whichever door. */
export interface SentOperation extends SentDocument {
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}
