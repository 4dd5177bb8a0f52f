import type { EmulatedRows } from './emulator.js';
import type { GivenRow } from './rows.js';

/** Rows in one list, each with its text as it is answered. */
export abstract class HeldRows<Held extends { readonly text: string }> implements EmulatedRows {
  protected held: Held[] = [];

  get count(): number {
    return this.held.length;
  }

  get texts(): string[] {
    return this.held.map(({ text }) => text);
  }

  abstract add(...rows: readonly GivenRow[]): void;
}
