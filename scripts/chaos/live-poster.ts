import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { CreateActivityLogsDocument, DeleteActivityLogDocument } from '../../schema/operations/operations.js';
import { sleep } from '../../src/base/lifecycle.js';
import { SeededRandom } from '../support/random.js';
import { slowFactor } from './live-pace.js';

/** Records and removes entries through the gateways under test, whichever of them lives. */
export class LivePoster {
  readonly #random: SeededRandom;
  readonly #known: string[] = [];
  readonly #done: Promise<void>;
  #isStopping = false;
  /** Whether it is to write less. */
  isSlow = false;

  constructor(
    private readonly urls: () => readonly string[],
    private readonly authorization: string,
    seed: number,
  ) {
    this.#random = new SeededRandom(seed);
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      await sleep(this.#random.between(20, 200) * (this.isSlow ? slowFactor : 1));
      // A gateway that dies meanwhile gives no answer; what it recorded is in the log or is not.
      await this.#record().catch(() => {});
      if (this.#random.next() < 0.4) await this.#remove().catch(() => {});
    }
  }

  async #record(): Promise<void> {
    const inputs = Array.from({ length: this.#random.between(1, 5) }, () => ({
      action: this.#oneOf(['ran', 'swam', 'read']),
      platform: this.#oneOf(['ios', 'web']),
      tags: this.#oneOf([['sport', 'fun'], ['sport'], []]),
      summary: this.#oneOf(['up the hill', 'down the valley']),
    }));
    const { createActivityLogs } = await this.#post(CreateActivityLogsDocument, { inputs });
    this.#known.push(...createActivityLogs.results.flatMap(({ activityLog }) => (activityLog ? [activityLog.id] : [])));
  }

  async #remove(): Promise<void> {
    const [id] = this.#known.splice(this.#random.between(0, this.#known.length - 1), 1);
    if (id !== undefined) await this.#post(DeleteActivityLogDocument, { id });
  }

  async #post<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T> {
    const response = await fetch(`${this.#oneOf(this.urls())}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: this.authorization },
      body: JSON.stringify({ query: print(document), variables }),
      signal: AbortSignal.timeout(20_000),
    });
    const { data } = (await response.json()) as { data?: T | null };
    if (!data) throw new Error('There was no answer');
    return data;
  }

  #oneOf<T>(list: readonly T[]): T {
    return list[this.#random.between(0, list.length - 1)]!;
  }
}
