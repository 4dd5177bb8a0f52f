/** Longer ones are no entries: what is recorded has at most 8 MB of its source's own text. */
const maxLineCharacters = 12 * 1024 * 1024;

/**
 * The lines of a text, without their line breaks, a piece of it in memory at a time.
 * Of a line that is too long only the beginning is answered, which is no JSON.
 */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let open = '';
  for await (const piece of pieces) {
    const [first, ...rest] = piece.split('\n');
    open = (open + first).slice(0, maxLineCharacters);
    for (const next of rest) {
      yield open;
      open = next;
    }
  }
  if (open !== '') yield open;
}
