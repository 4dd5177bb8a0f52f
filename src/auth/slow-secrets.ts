import { createHmac, randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Clock, systemClock } from '../base/clock.js';
import { CodedError } from '../base/errors.js';
import type { StoredSecret } from '../store/credential-document.js';
import { equalHashes } from './secrets.js';

type SlowSecret = Extract<StoredSecret, { algorithm: 'scrypt' }>;
type Derive = (secret: string, salt: Buffer, length: number, options: ScryptOptions) => Promise<Buffer>;

export interface SlowSecretsOptions {
  readonly clock?: Clock;
  /** How many hashes are computed at once. Below libuv's four threads, which files and name look-ups need too. */
  readonly concurrency?: number;
  /** How many checks may wait. */
  readonly maxWaiting?: number;
  /** How many of them for one workspace, so that guessing at one does not shut out the others. */
  readonly maxWaitingPerLane?: number;
  /** For tests that watch the work. */
  readonly derive?: Derive;
}

/** OWASP's scrypt setting with 16 MB of memory. */
const cost = { cost: 2 ** 14, blockSize: 8, parallel: 5 } as const;
const hashLength = 32;
/** How long the outcome of a slow check is remembered. */
export const rememberMs = 60_000;

const scryptAsync: Derive = (secret, salt, length, options) =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });

/**
 * Secrets that people chose: hashed slowly, a bounded number at once, each outcome remembered for at most 60 s under a
 * keyed hash that is worth nothing outside of this process.
 */
export class SlowSecrets {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #maxWaiting: number;
  readonly #maxWaitingPerLane: number;
  readonly #derive: Derive;
  readonly #key = randomBytes(32);
  readonly #outcomes = new LRUCache<string, { good: boolean; atMs: number }>({ max: 10_000 });
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #waiting: (() => void)[] = [];
  readonly #waitingByLane = new Map<string, number>();
  #running = 0;

  constructor(options: SlowSecretsOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#concurrency = options.concurrency ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 64;
    this.#maxWaitingPerLane = options.maxWaitingPerLane ?? 16;
    this.#derive = options.derive ?? scryptAsync;
  }

  /** What to keep of a secret that a person chose. */
  async store(secret: string): Promise<StoredSecret> {
    const salt = randomBytes(16);
    const hash = await this.#slowly('', () => this.#hash(secret, salt, cost));
    return { algorithm: 'scrypt', hash: hash.toString('base64'), salt: salt.toString('base64'), ...cost };
  }

  /**
   * Whether the secret is the one that was stored.
   * @param lane whose turn it is, e.g. the workspace; see `maxWaitingPerLane`.
   * @throws CodedError RATE_LIMITED when too many checks wait already.
   */
  async verify(lane: string, secret: string, stored: SlowSecret): Promise<boolean> {
    const key = createHmac('sha256', this.#key).update(`${stored.salt} ${stored.hash} ${secret}`).digest('base64');
    const known = this.#outcomes.get(key);
    if (known && this.#clock.monotonicMs() - known.atMs < rememberMs) return known.good;
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const check = this.#check(lane, secret, stored, key).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, check);
    return check;
  }

  async #check(lane: string, secret: string, stored: SlowSecret, key: string): Promise<boolean> {
    const salt = Buffer.from(stored.salt, 'base64');
    const hash = await this.#slowly(lane, () => this.#hash(secret, salt, stored));
    const good = equalHashes(hash.toString('base64'), stored.hash);
    this.#outcomes.set(key, { good, atMs: this.#clock.monotonicMs() });
    return good;
  }

  #hash(secret: string, salt: Buffer, { cost: N, blockSize: r, parallel: p }: typeof cost | SlowSecret) {
    return this.#derive(secret, salt, hashLength, { N, r, p, maxmem: 256 * N * r });
  }

  async #slowly<T>(lane: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#concurrency) await this.#turn(lane);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The place passes to the next in line without being free in between, so that nobody else slips in.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(lane: string): Promise<void> {
    const inLane = this.#waitingByLane.get(lane) ?? 0;
    if (this.#waiting.length >= this.#maxWaiting || inLane >= this.#maxWaitingPerLane) {
      const message = 'Too many secrets are being checked; try again in a moment';
      throw new CodedError('RATE_LIMITED', message, undefined, { retryAfterSeconds: 1 });
    }
    this.#waitingByLane.set(lane, inLane + 1);
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        const left = (this.#waitingByLane.get(lane) ?? 1) - 1;
        if (left > 0) this.#waitingByLane.set(lane, left);
        else this.#waitingByLane.delete(lane);
        resolve();
      });
    });
  }
}
