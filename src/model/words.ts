/** How many different words of an entry `search` can find, and how many characters of each. */
const maxWords = 64;
const maxWordLength = 40;

/** The words of a text as `search` sees them: NFKC-folded, lower case, runs of letters and digits, each once. */
export function wordsOf(...texts: (string | undefined)[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    if (!text) continue;
    for (const [word] of text
      .normalize('NFKC')
      .toLowerCase()
      .matchAll(/[\p{L}\p{N}]+/gu)) {
      words.add([...word].slice(0, maxWordLength).join(''));
      if (words.size === maxWords) return [...words];
    }
  }
  return [...words];
}

/** Where the words of an entry come from; the order decides which are kept of very long texts. */
export const entryWords = (entry: {
  action: string;
  summary?: string;
  object?: { name?: string };
  actor: { name?: string; email?: string; username?: string };
  tags: readonly string[];
}): string[] =>
  wordsOf(
    entry.action,
    entry.object?.name,
    entry.actor.name,
    entry.actor.email,
    entry.actor.username,
    ...entry.tags,
    entry.summary,
  );
