/** What a value was at each number of the log: set in order, asked for at any. */
export class Timeline<V> {
  readonly #seqs: number[] = [];
  readonly #values: V[] = [];

  /** @param isSame of two values: what is set to the same again takes no room. */
  constructor(private readonly isSame: (one: V, other: V) => boolean = Object.is) {}

  /** @param seq not below the last one that it was set at. */
  set(seq: number, value: V): void {
    if (this.#seqs.length > 0 && this.isSame(this.#values.at(-1)!, value)) return;
    if (this.#seqs.at(-1) === seq) this.#values[this.#values.length - 1] = value;
    else {
      this.#seqs.push(seq);
      this.#values.push(value);
    }
  }

  /** Undefined before it was first set. */
  at(seq: number): V | undefined {
    let from = 0;
    let to = this.#seqs.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#seqs[middle]! <= seq) from = middle + 1;
      else to = middle;
    }
    return this.#values[from - 1];
  }

  /** Every value that it ever had, each time that it became so. */
  get all(): readonly V[] {
    return this.#values;
  }
}
