/** The items in their order, at most so many at a time. */
export function* slicesOf<T>(items: readonly T[], length: number): Generator<T[], void> {
  for (let from = 0; from < items.length; from += length) yield items.slice(from, from + length);
}
