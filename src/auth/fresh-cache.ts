import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.js';
import { answerWithin } from '../base/lifecycle.js';
import { readError } from '../store/store-errors.js';

/** Somewhat longer than the store's own limits for such a question. */
const patienceMs = 3000;

/**
 * Answers of the store that may be a little old. An answer's age counts from before its question was sent, so that
 * whatever was durable `maxAgeMs` ago is surely in it. Equal questions share one answer; failures are not kept.
 */
export class FreshCache<T> {
  readonly #entries: LRUCache<string, { askedMs: number; answer: Promise<T> }>;

  constructor(
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
    maxEntries: number,
  ) {
    this.#entries = new LRUCache({ max: maxEntries });
  }

  /** @throws CodedError SERVICE_UNAVAILABLE when the question cannot be answered. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.clock.monotonicMs();
    const known = this.#entries.get(key);
    if (known && now - known.askedMs <= this.maxAgeMs) return known.answer;
    const answer = answerWithin(patienceMs, ask()).catch((error: unknown) => {
      if (this.#entries.peek(key)?.answer === answer) this.#entries.delete(key);
      throw readError(error);
    });
    this.#entries.set(key, { askedMs: now, answer });
    return answer;
  }
}
