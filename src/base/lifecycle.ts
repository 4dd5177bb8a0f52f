import { setMaxListeners } from 'node:events';

/** Whatever was opened and must be closed. Closing twice is harmless. */
export interface Closeable {
  close(): Promise<void>;
}

/**
 * Closes parts in the reverse order of their opening, each even when another one failed.
 * The first failure is thrown once all are closed.
 */
export class Closing implements Closeable {
  #parts: Closeable[] = [];
  #done: Promise<void> | undefined;
  #late: Promise<unknown> = Promise.resolve();

  /** Whether closing has begun, so that nothing more should be opened. */
  get begun(): boolean {
    return this.#done !== undefined;
  }

  /**
   * What was being opened when closing began is closed at once; closing waits for it.
   * @throws ClosedEarly then, so that whoever opens goes no further.
   */
  add<T extends Closeable>(part: T): T {
    if (this.#done) {
      this.#late = Promise.all([this.#late, part.close()]);
      this.#late.catch(() => {});
      throw new ClosedEarly();
    }
    this.#parts.push(part);
    return part;
  }

  /** As `add`. */
  defer(close: () => Promise<void> | void): void {
    this.add({ close: async () => close() });
  }

  close(): Promise<void> {
    this.#done ??= this.#closeAll();
    return this.#done;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const part of this.#parts.reverse()) {
      try {
        await part.close();
      } catch (error) {
        failures.push(error);
      }
    }
    await this.#late;
    if (failures.length > 0) throw failures[0];
  }
}

/** Closing began before all was open. */
export class ClosedEarly extends Error {
  override readonly name = 'ClosedEarly';
}

/** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    }
  });
}

/** What becomes of some work, or what `late` answers or throws after `ms`. */
export const within = <T, L>(ms: number, work: Promise<T>, late: () => L): Promise<T | L> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });

/** Resolves once something has, or after `ms`; rejects as it does. */
export const settledWithin = (ms: number, something: Promise<unknown>): Promise<void> =>
  within(ms, something.then(nothing), nothing);

const nothing = (): void => {};

/** What becomes of some work, or undefined as soon as the signal aborts: then nobody hears of its failure either. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  work.catch(() => {});
  if (signal.aborted) return undefined;
  const aborted = deferred<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    // One signal may be waited on many times.
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Does some work with a signal that aborts as soon as one of these does, or after `ms` where that is given. Nothing of it
 * stays with a signal that outlives the work: of each `AbortSignal.any` Node 20 keeps some 80 bytes there for good.
 */
export async function underAny<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
  ms?: number,
): Promise<T> {
  const either = new AbortController();
  const abort = (): void => either.abort();
  const timer = ms === undefined ? undefined : setTimeout(abort, ms);
  // One signal may be waited on by many at once.
  setMaxListeners(0, ...signals);
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  try {
    return await work(either.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

/** For whoever looks again and again, and rests in between until there is something to see. */
export class Alarm {
  #ring: Deferred<void> = deferred();

  /** To be called before each look: a ring that comes while it goes on is one for the rest that follows. */
  set(): void {
    this.#ring = deferred();
  }

  ring(): void {
    this.#ring.resolve();
  }

  /** Until it rings, for `ms` at most. */
  rest(ms: number): Promise<void> {
    return settledWithin(ms, this.#ring.promise);
  }
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A promise and its two ends. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Something did not answer in its time. What became of it is unknown. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * An answer, or NoAnswer after `ms`. For whatever has limits of its own that must not be the only ones: a driver that
 * loses a promise as its connection breaks would otherwise stop a whole queue for good.
 */
export const answerWithin = <T>(ms: number, answer: Promise<T>): Promise<T> =>
  within(ms, answer, (): never => {
    throw new NoAnswer(`No answer within ${ms} ms`);
  });
