import { setImmediate as nextTurn } from 'node:timers/promises';

/** Results sent before other work of the process gets its turn. */
export const sendsInARow = 2000;

/** A crowd that takes the same page: one after the other, with room for other work of the process in between. */
export class Turns {
  #sent = 0;
  #last: Promise<void> = Promise.resolve();

  /** @param take sends what it has, and answers how much that was. */
  run(take: () => number): Promise<void> {
    const turn = this.#last.then(async () => {
      this.#sent += take();
      if (this.#sent < sendsInARow) return;
      this.#sent = 0;
      await nextTurn();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
