/** Types of activities that Falkor publishes in two words, and those that its examples and editor have beside them. */
const twoWords = new Set([
  ...['connect pathway', 'data checkpoint', 'data tracking', 'physical activity', 'podcast episode'],
  ...['stream snippet', 'web activity', 'youtube video'],
  ...['data target', 'data activation', 'forum post', 'pitch presentation'],
]);

/**
 * Whether a type that is asked for means an activity's type. Activities have short words (`data`, `story`), the published
 * table has names (Data Tracking, Story), and examples have plurals and names of their own (Stories, Data Target).
 */
export function isTypeMeant(asked: string, type: string): boolean {
  const [one, other] = [plain(asked), plain(type)];
  if (one === '' || other === '') return false;
  return one === other || shortOf(one) === other || one === shortOf(other);
}

const shortOf = (name: string): string => (twoWords.has(name) ? name.split(' ', 1)[0]! : name);

/** Lower case, one blank between words, the last word in the singular. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/ies$/, 'y')
    .replace(/(?<=\p{L}{2})(?<!s)s$/u, '');
