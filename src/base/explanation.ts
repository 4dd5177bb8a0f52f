import { AsyncLocalStorage } from 'node:async_hooks';

/** One command that reached the store. */
export interface ExplainedCall {
  readonly command: string;
  readonly collection: string;
  readonly durationMs: number;
  /** Documents in its answer, where it has such. */
  readonly returned?: number;
  /** Of reads, asked of the store by running them once more. */
  readonly documentsExamined?: number;
  readonly keysExamined?: number;
  readonly index?: string;
}

/** One look-up for several keys at once. */
export interface ExplainedBatch {
  readonly name: string;
  readonly keys: number;
  readonly durationMs: number;
}

/** Notes on what one request takes, made as it goes. */
export class Explanation {
  isOver = false;
  readonly startedMs = performance.now();
  readonly batches: ExplainedBatch[] = [];
  /** Each finds out on demand what the store says of it. */
  readonly calls: { readonly call: ExplainedCall; examine(): Promise<Partial<ExplainedCall>> }[] = [];
}

const running = new AsyncLocalStorage<Explanation>();

/** Notes what all of some work takes. Costs every promise of the process something from then on: for development. */
export const explained = <T>(work: () => T): T => running.run(new Explanation(), work);

/** Of the request under way, where it is to be explained and is not answered yet. */
export function explanationNow(): Explanation | undefined {
  const explanation = running.getStore();
  return explanation?.isOver ? undefined : explanation;
}

/** Work that is no part of what is explained. */
export const unexplained = <T>(work: () => T): T => (running.getStore() ? running.exit(work) : work());
