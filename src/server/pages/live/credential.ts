type Listener = (authorization: string) => void;

/** What the page calls the gateway with: in its memory and nowhere else, for whatever parts it has. */
class Credential {
  #authorization: string | undefined;
  readonly #listeners = new Set<Listener>();

  set(authorization: string): void {
    if (authorization === this.#authorization) return;
    this.#authorization = authorization;
    for (const listener of this.#listeners) listener(authorization);
  }

  /** Told at once where there is one, and whenever it changes. */
  onChange(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#authorization !== undefined) listener(this.#authorization);
  }
}

export const credential = new Credential();
