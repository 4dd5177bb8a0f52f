import { microsInUtc } from '../../base/instants.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';

/** Who acted, as PostHog's documentation shows it in a row. */
export interface PosthogUser {
  readonly id: number;
  readonly uuid: string;
  readonly distinct_id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly is_email_verified: boolean | null;
  readonly hedgehog_config: JsonValue;
}

/** A row of the activity log, field by field as PostHog's page documents it. */
export interface PosthogRow {
  readonly id: string;
  /** Null for the system, and for somebody who was deleted since. */
  readonly user: PosthogUser | null;
  readonly unread: boolean;
  readonly organization_id: string | null;
  readonly was_impersonated: boolean | null;
  readonly is_system: boolean | null;
  readonly activity: string;
  readonly item_id: string | null;
  readonly scope: string;
  readonly detail: object | null;
  /** ISO 8601 in UTC, with microseconds. */
  readonly created_at: string;
}

/** What of a row that was read we rely on; everything else may be absent, null, or of another kind. */
export interface ReadRow {
  readonly id: string;
  readonly createdAtMicros: number;
  readonly fields: JsonObject;
}

/** The row that a text holds; undefined where it has no id or time to know it by. */
export function readRow(text: string): ReadRow | undefined {
  const fields: unknown = JSON.parse(text);
  if (!isJsonObject(fields)) return undefined;
  const { id, created_at: createdAt } = fields;
  if (typeof id !== 'string' || id === '' || typeof createdAt !== 'string') return undefined;
  const createdAtMicros = microsOfTime(createdAt);
  return createdAtMicros === undefined ? undefined : { id, createdAtMicros, fields };
}

/** Microseconds since 1970; undefined for what is no time. One that names no zone is UTC, as everything of PostHog's is. */
export function microsOfTime(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  return microsInUtc(text);
}
