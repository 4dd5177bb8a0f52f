import { unavailable } from '../../../src/base/errors.js';

interface Request {
  readonly label: string;
  readonly atMs: number;
  answer(): void;
  fail(error: unknown): void;
}

/** What the store was asked and has not answered yet. */
export class Requests {
  readonly open: Request[] = [];
  nowMs = 0;

  /** @param look what it finds when it is answered. */
  ask<T>(label: string, look: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (): void => {
        try {
          resolve(look());
        } catch (error) {
          reject(error);
        }
      };
      this.open.push({ label, atMs: this.nowMs, answer, fail: reject });
    });
  }

  /** How long something has been asked for. */
  get oldestMs(): number {
    return this.nowMs - Math.min(this.nowMs, ...this.open.map(({ atMs }) => atMs));
  }

  answer(index: number): void {
    this.open.splice(index, 1)[0]!.answer();
  }

  /** The store is away. */
  fail(index: number): void {
    this.open.splice(index, 1)[0]!.fail(unavailable(new Error('away')));
  }

  /** Whoever looks up something that is broken hears so. */
  refuse(index: number): void {
    this.open.splice(index, 1)[0]!.fail(new Error('broken'));
  }
}
