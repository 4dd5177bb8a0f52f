import { type Deferred, deferred } from '../../base/lifecycle.js';

/** An iteration that never yields: it begins to tell elsewhere when it is first asked, and tells only how it ended. */
export abstract class Unyielding implements AsyncGenerator<never, void, void> {
  readonly #end: Deferred<IteratorResult<never, void>> = deferred();
  #isStarted = false;
  #isStopped = false;

  constructor() {
    this.#end.promise.catch(() => {});
  }

  /** Once, unless it was stopped before. */
  protected abstract onStart(): void;
  /** Once: nothing more is told. */
  protected abstract onStop(): void;

  protected get isStarted(): boolean {
    return this.#isStarted;
  }

  protected get isStopped(): boolean {
    return this.#isStopped;
  }

  next(): Promise<IteratorResult<never, void>> {
    if (!this.#isStarted && !this.#isStopped) {
      this.#isStarted = true;
      this.onStart();
    }
    return this.#end.promise;
  }

  async return(): Promise<IteratorResult<never, void>> {
    this.#stop();
    const done = { done: true, value: undefined } as const;
    this.#end.resolve(done);
    return done;
  }

  async throw(error: unknown): Promise<IteratorResult<never, void>> {
    this.end(error);
    return this.#end.promise;
  }

  end(error: unknown): void {
    this.#stop();
    this.#end.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.onStop();
  }
}
