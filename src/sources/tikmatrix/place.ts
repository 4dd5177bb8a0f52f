import type { ReadRow } from './rows.js';

/** Which rows a list begins with. It is not documented, so it is seen from the list. */
export type ListOrder = 'newest' | 'oldest' | 'none';

/** A row as it is remembered: its number and time. */
type Mark = readonly [id: number, timestamp: number];

/** Where reading stands between two looks, and within one. */
export interface Place {
  /** Grows when the installation's numbers begin again. */
  readonly generation: number;
  /** All rows up to this number have been read. */
  readonly through: number;
  /** Some rows that were read, the lowest and the highest: by them the table is recognised. */
  readonly marks: readonly Mark[];
  readonly order: ListOrder | null;
  /** In a list that begins with the oldest: how many rows come before those that are new. */
  readonly skip: number;
  /** How many rows there are, as far as they were seen. */
  readonly count: number;
  /** The look that is under way. */
  readonly look: Look | null;
}

export interface Look {
  /** How many rows there were when it began. */
  readonly count: number;
  /** How many of the rows that it saw had not been read before. */
  readonly found: number;
  /** It has seen a row that was read before, as it was: the table is the same. */
  readonly isSame: boolean;
  /** As those of the place, of the rows that it saw. */
  readonly marks: readonly Mark[];
  readonly offset: number;
  /** The highest number that it has seen. */
  readonly top: number;
  /** The number of the last row of its last page: the next page overlaps with it, or rows were passed over. */
  readonly edge: number | null;
  /** The last page, as one text. */
  readonly page: string;
  /** How often it came again though there were not as many more rows. */
  readonly equal: number;
  /** How many rows there were when it last came again; absent where it has not. */
  readonly counted?: number;
}

export const firstPlace: Place = { generation: 1, through: 0, marks: [], order: null, skip: 0, count: 0, look: null };

const lowestMarks = 10;
const highestMarks = 50;

export const marksOf = (rows: readonly ReadRow[]): Mark[] => rows.map(({ id, timestamp }) => [id, timestamp]);

export function withMarks(marks: readonly Mark[], more: readonly Mark[]): readonly Mark[] {
  const byId = new Map<number, number>([...marks, ...more]);
  const sorted: Mark[] = [...byId].sort(([a], [b]) => a - b);
  return sorted.length <= lowestMarks + highestMarks
    ? sorted
    : [...sorted.slice(0, lowestMarks), ...sorted.slice(-highestMarks)];
}

/** Whether the rows have not been read, as far as one can tell by their numbers. A number may be given out again once its row is deleted. */
export function freshRows({ through, marks }: Place, rows: readonly ReadRow[]): ReadRow[] {
  const known = new Map(marks);
  return rows.filter(({ id, timestamp }) => id > through || (known.has(id) && known.get(id) !== timestamp));
}

/**
 * Whether these rows are of another table than the one that was read before: none of those that are remembered is among
 * them as it was, and one is another row now. Undefined where no remembered number is among them.
 */
export function isOtherTable({ marks }: Place, rows: readonly ReadRow[]): boolean | undefined {
  const known = new Map(marks);
  const seen = rows.filter(({ id }) => known.has(id));
  if (seen.length === 0) return undefined;
  return seen.every(({ id, timestamp }) => known.get(id) !== timestamp);
}

/** As above, for a list whose highest number is lower than before: where no remembered row tells, the times do. */
export function isOtherTableNow(place: Place, rows: readonly ReadRow[]): boolean {
  const told = isOtherTable(place, rows);
  if (told !== undefined) return told;
  return latest(rows.map(({ timestamp }) => timestamp)) > latest(place.marks.map(([, timestamp]) => timestamp));
}

const latest = (timestamps: readonly number[]): number => timestamps.reduce((a, b) => Math.max(a, b), 0);

/** The order of a page; undefined where it has too few rows to tell. */
export function orderOf(rows: readonly ReadRow[]): ListOrder | undefined {
  if (rows.length < 2) return undefined;
  const rises = rows.slice(1).map(({ id }, index) => id > rows[index]!.id);
  if (rises.every(Boolean)) return 'oldest';
  return rises.some(Boolean) ? 'none' : 'newest';
}

export const nextGeneration = ({ generation, order }: Place): Place => ({
  ...firstPlace,
  generation: generation + 1,
  order,
});
