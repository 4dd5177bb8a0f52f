import DataLoader from 'dataloader';
import { explanationNow } from '../base/explanation.js';
import { inSpan } from '../base/tracing.js';

/** A loader whose look-ups are seen by whoever traces, and by who asks what an answer takes. */
export const batching = <K, V, C = K>(
  name: string,
  lookUp: (keys: readonly K[]) => Promise<readonly (V | Error)[]>,
  options?: DataLoader.Options<K, V, C>,
): DataLoader<K, V, C> =>
  new DataLoader(
    (keys) => inSpan(`batch ${name}`, { 'batch.keys': keys.length }, () => noted(name, keys, lookUp)),
    options,
  );

async function noted<K, V>(name: string, keys: readonly K[], lookUp: (keys: readonly K[]) => Promise<V>): Promise<V> {
  const explanation = explanationNow();
  if (!explanation) return lookUp(keys);
  const startedMs = performance.now();
  try {
    return await lookUp(keys);
  } finally {
    explanation.batches.push({ name, keys: keys.length, durationMs: performance.now() - startedMs });
  }
}
