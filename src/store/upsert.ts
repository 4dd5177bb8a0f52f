import { MongoServerError } from 'mongodb';

const duplicateKey = 11000;

/**
 * Runs an upsert again that met another's: of two that find nothing at once, one inserts and the other is told that the
 * key is taken. The server tries again by itself only where the filter is the key and nothing else.
 */
export async function upsert<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
    return run();
  }
}
