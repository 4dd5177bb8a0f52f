/** A row as an emulated system stores it: its JSON text, so that a test decides its very spelling, or what becomes one. */
export type GivenRow = string | object;

export const textOf = (row: GivenRow): string => (typeof row === 'string' ? row : JSON.stringify(row));

/** Puts a list in another order, in place, as chance decides. */
export function shuffle<T>(list: T[], next: () => number): T[] {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
