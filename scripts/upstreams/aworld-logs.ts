import type { EmulatedRows } from './emulator.js';
import { type GivenRow, textOf } from './rows.js';

interface Held {
  readonly id: string;
  readonly userId: string;
  readonly updatedAt: string;
  readonly text: string;
}

export interface LogPage {
  readonly items: readonly string[];
  /** Where the next one begins; absent on the last one. */
  readonly nextToken?: string;
}

/** What a token says: a place in one user's list, and the limit that it holds for. */
interface Place {
  readonly pk: string;
  readonly updatedAt: string;
  readonly activityLogId: string;
  readonly limit: number;
  readonly order: string;
}

/** The activity logs of an emulated workspace. */
export class AWorldLogs implements EmulatedRows {
  readonly #byId = new Map<string, Held>();
  readonly #byUser = new Map<string, Held[]>();

  get count(): number {
    return this.#byId.size;
  }

  has(activityLogId: string): boolean {
    return this.#byId.has(activityLogId);
  }

  add(...rows: readonly GivenRow[]): void {
    for (const row of rows) {
      const text = textOf(row);
      const { activityLogId, userId, updatedAt } = JSON.parse(text) as Record<string, string>;
      const held: Held = { id: activityLogId!, userId: userId!, updatedAt: updatedAt!, text };
      this.#byId.set(held.id, held);
      const list = this.#byUser.get(held.userId) ?? [];
      this.#byUser.set(held.userId, list);
      list.push(held);
      if (list.length > 1 && compare(list.at(-2)!, held) > 0) list.sort(compare);
    }
  }

  get texts(): string[] {
    return [...this.#byId.values()].map(({ text }) => text);
  }

  /** One user's, by when they were written. A full page has a token though nothing may follow. Undefined for a wrong token. */
  page(userId: string, limit: number, order: 'asc' | 'desc', token: string | undefined): LogPage | undefined {
    const place = token === undefined ? undefined : placeOf(token);
    if (token !== undefined && (place?.pk !== userId || place.limit !== limit || place.order !== order))
      return undefined;
    const list = this.#byUser.get(userId) ?? [];
    const sorted = order === 'asc' ? list : list.toReversed();
    const from = place ? sorted.findIndex(({ id }) => id === place.activityLogId) + 1 : 0;
    const page = sorted.slice(from, from + limit);
    const last = page.at(-1);
    if (page.length < limit || !last) return { items: page.map(({ text }) => text) };
    const next: Place = { pk: userId, updatedAt: last.updatedAt, activityLogId: last.id, limit, order };
    return {
      items: page.map(({ text }) => text),
      nextToken: Buffer.from(JSON.stringify(next)).toString('base64'),
    };
  }
}

const compare = (a: Held, b: Held): number =>
  a.updatedAt === b.updatedAt ? (a.id < b.id ? -1 : 1) : a.updatedAt < b.updatedAt ? -1 : 1;

function placeOf(token: string): Place | undefined {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Place;
  } catch {
    return undefined;
  }
}
