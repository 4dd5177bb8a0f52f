import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.js';
import type { Config } from '../base/config.js';
import { CodedError } from '../base/errors.js';
import type { Viewer } from '../model/viewer.js';

/** What one credential may take up in one process. */
export interface AllowanceLimits {
  /** Requests under way at once. */
  readonly atOnce: number;
  /** Cost of what it asks for in a minute; 0: no limit. */
  readonly costPerMinute: number;
}

export const allowanceLimitsOf = (config: Config): AllowanceLimits => ({
  atOnce: config.MAX_OPERATIONS_PER_CREDENTIAL,
  costPerMinute: config.MAX_COST_PER_MINUTE,
});

interface Account {
  underWay: number;
  /** What may still be spent, as of `atMs`. */
  left: number;
  atMs: number;
}

const minuteMs = 60_000;
/** Who was not heard of for longest is forgotten, and may spend a whole minute's worth again. */
const mostAccounts = 10_000;
/** Those who show no credential have one account together. */
const nobody = '';

/**
 * What each credential is taking up: requests under way, and their cost, of which so much comes back each second that
 * a minute brings back all. One per process: what is spent in another is that one's to count.
 */
export class Allowances {
  readonly #accounts = new LRUCache<string, Account>({ max: mostAccounts });

  constructor(
    private readonly limits: AllowanceLimits,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /**
   * Enters one request.
   * @returns what must be called once when it is over.
   * @throws CodedError RATE_LIMITED, saying when to try again.
   */
  enter(viewer: Pick<Viewer, 'credentialId'> | undefined, cost: number): () => void {
    const account = this.#account(viewer?.credentialId ?? nobody);
    if (account.underWay >= this.limits.atOnce) {
      throw limited(`This credential has ${this.limits.atOnce} requests under way, the most at once`, 1);
    }
    this.#spend(account, cost);
    account.underWay += 1;
    return () => {
      account.underWay -= 1;
    };
  }

  #spend(account: Account, cost: number): void {
    const { costPerMinute } = this.limits;
    if (costPerMinute === 0) return;
    const nowMs = this.clock.monotonicMs();
    const back = ((nowMs - account.atMs) / minuteMs) * costPerMinute;
    account.left = Math.min(costPerMinute, account.left + back);
    account.atMs = nowMs;
    // What costs more than a minute brings may be asked for once a minute: the limit of one operation is another one.
    const needed = Math.min(cost, costPerMinute);
    if (account.left < needed) {
      const seconds = Math.ceil(((needed - account.left) / costPerMinute) * 60);
      throw limited(`This credential has spent the cost of ${costPerMinute} that it has for each minute`, seconds);
    }
    account.left -= cost;
  }

  #account(key: string): Account {
    const known = this.#accounts.get(key);
    if (known) return known;
    const account = { underWay: 0, left: this.limits.costPerMinute, atMs: this.clock.monotonicMs() };
    this.#accounts.set(key, account);
    return account;
  }
}

const limited = (message: string, retryAfterSeconds: number): CodedError =>
  new CodedError('RATE_LIMITED', `${message}; try again in ${retryAfterSeconds} s`, undefined, { retryAfterSeconds });
