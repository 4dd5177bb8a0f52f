/** No engine can serve the data folder. The message is for the person who starts the gateway: what was tried, and what helps. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
