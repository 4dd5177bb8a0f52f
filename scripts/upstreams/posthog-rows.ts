import { HeldRows } from './held-rows.js';
import { type GivenRow, textOf } from './rows.js';

interface Held {
  readonly value: Readonly<Record<string, unknown>>;
  /** In microseconds since 1970. */
  readonly micros: number;
  readonly createdAt: string;
  readonly text: string;
}

export interface RowsAsked {
  readonly user?: string;
  readonly scopes?: readonly string[];
  readonly itemId?: string;
}

export interface RowPage {
  readonly texts: readonly string[];
  /** Where the next one begins; absent on the last one. */
  readonly cursor?: string;
}

/** The activity log of an emulated project. */
export class PosthogRows extends HeldRows<Held> {
  add(...rows: readonly GivenRow[]): void {
    for (const row of rows) {
      const text = textOf(row);
      const value = JSON.parse(text) as Record<string, unknown>;
      const createdAt = String(value.created_at);
      const held: Held = { value, micros: microsOf(createdAt), createdAt, text };
      // The newest first; of one instant, the one that was written first.
      let at = 0;
      while (at < this.held.length && this.held[at]!.micros >= held.micros) at += 1;
      this.held.splice(at, 0, held);
    }
  }

  matching({ user, scopes, itemId }: RowsAsked): readonly Held[] {
    return this.held.filter(({ value }) => {
      const { id } = (value.user ?? {}) as { id?: number };
      if (user !== undefined && String(id) !== user) return false;
      if (scopes !== undefined && !scopes.includes(String(value.scope))) return false;
      return itemId === undefined || value.item_id === itemId;
    });
  }

  /**
   * As Django REST framework pages by cursor: a cursor says the time of the last row that was given, and how many rows of
   * that very time. Undefined for a cursor that is none.
   */
  page(asked: RowsAsked, size: number, cursor: string | undefined): RowPage | undefined {
    const place = cursor === undefined ? undefined : placeOf(cursor);
    if (cursor !== undefined && !place) return undefined;
    const found = this.matching(asked);
    const below = place ? found.filter(({ micros }) => micros <= place.micros).slice(place.offset) : found;
    const page = below.slice(0, size);
    const last = page.at(-1);
    if (!last || below.length <= size) return { texts: page.map(({ text }) => text) };
    const ofLast = page.filter(({ micros }) => micros === last.micros).length;
    const offset = ofLast + (place?.micros === last.micros ? place.offset : 0);
    return { texts: page.map(({ text }) => text), cursor: cursorOf(last.createdAt, offset) };
  }
}

const cursorOf = (createdAt: string, offset: number): string =>
  Buffer.from(new URLSearchParams({ o: String(offset), p: createdAt }).toString()).toString('base64');

function placeOf(cursor: string): { readonly micros: number; readonly offset: number } | undefined {
  const said = new URLSearchParams(Buffer.from(cursor, 'base64').toString());
  const micros = microsOf(said.get('p') ?? '');
  return Number.isNaN(micros) ? undefined : { micros, offset: Number(said.get('o') ?? 0) };
}

function microsOf(iso: string): number {
  const [, below = ''] = /\.\d{3}(\d{1,3})/.exec(iso) ?? [];
  return Date.parse(iso) * 1000 + Number(below.padEnd(3, '0'));
}
