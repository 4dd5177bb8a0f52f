import { isJsonObject, type JsonValue } from '../../base/json.js';

/** An activity record as Thrive answers it; what is documented and, beside it, what live data holds. */
export interface ActivityRecord {
  readonly id: string;
  /** Who did it; null for somebody who is no longer known. */
  readonly user: string | null;
  readonly type: string;
  readonly name?: string;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly date: string;
  readonly contextId: string | null;
  readonly contextType: string | null;
  readonly data: JsonValue;
  readonly with: JsonValue;
}

export interface Pagination {
  readonly totalResults: number;
  readonly totalPages: number;
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

/** What of a polled record we rely on; everything else may be absent or null. */
export interface PolledRecord {
  readonly id: string;
  readonly date: string;
  readonly [field: string]: JsonValue | undefined;
}

/** The record that a text holds; undefined where it is none, as a webhook's event is not. */
export function readRecord(text: string): PolledRecord | undefined {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) return undefined;
  const { id, date, type } = value;
  const isRecord =
    typeof id === 'string' && typeof date === 'string' && !Number.isNaN(Date.parse(date)) && type !== undefined;
  return isRecord ? (value as unknown as PolledRecord) : undefined;
}
