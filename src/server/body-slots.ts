import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bounds the bodies that are in memory at once, where they are read before it is known who sends them. */
export class BodySlots {
  #taken = 0;

  /** @param bodyMs for so long a slot waits for its body: who sends slowly is cut off rather than keep others out. */
  constructor(
    private readonly atOnce: number,
    private readonly bodyMs: number,
  ) {}

  /** Takes a slot until the answer has left or its caller has gone. False where none is free. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#taken >= this.atOnce) return false;
    if (response.closed || response.destroyed) return true;
    this.#taken += 1;
    const overdue = setTimeout(() => request.destroy(), this.bodyMs);
    request.once('end', () => clearTimeout(overdue));
    response.once('close', () => {
      clearTimeout(overdue);
      this.#taken -= 1;
    });
    return true;
  }
}
