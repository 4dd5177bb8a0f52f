import { CodedError } from '../base/errors.js';

/** How much of entries' own JSON (`additionalData`, `native`) one request may have read, in characters. */
export const maxPayload = 64 * 1024 * 1024;

/** What one request may still read. Its lists share it, so that many pages at once cost no more than one. */
export class PayloadBudget {
  #left: number;

  constructor(size = maxPayload) {
    this.#left = size;
  }

  /** @throws CodedError TOO_COSTLY naming `first` when more was read than one request may. */
  take(...texts: readonly (string | undefined)[]): void {
    for (const text of texts) this.#left -= text?.length ?? 0;
    if (this.#left >= 0) return;
    const message =
      'The entries asked for have more additionalData and native JSON than one request may read (64 MB); ask for fewer, or without these fields';
    throw new CodedError('TOO_COSTLY', message, 'first');
  }

  /** Of what was read and let go again. */
  giveBack(...texts: readonly (string | undefined)[]): void {
    for (const text of texts) this.#left += text?.length ?? 0;
  }
}
