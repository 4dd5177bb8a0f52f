import { isoOf } from '../../base/instants.js';
import type { JsonValue } from '../../base/json.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { User } from '../../model/user.js';
import { type PosthogRow, type PosthogUser, readRow } from './payload.js';
import { numberOf } from './users.js';
import { uuidOf } from './uuid.js';

/** An entry as the JSON text of a row: PostHog's own text where there is one, else what of an entry the shape can carry. */
export function toNative(entry: ActivityLog, user: User | undefined): string {
  if (entry.source === 'POSTHOG' && entry.native !== undefined && readRow(entry.native)) return entry.native;
  return JSON.stringify(rowOf(entry, user));
}

function rowOf(entry: ActivityLog, user: User | undefined): PosthogRow {
  const { actor, object } = entry;
  return {
    id: uuidOf('log', entry.id),
    user: user ? userOf(user) : null,
    unread: false,
    organization_id: uuidOf('org', entry.workspaceId),
    was_impersonated: null,
    // For PostHog, whatever no user did was the system.
    is_system: actor.kind === 'SYSTEM' || actor.kind === 'CLIENT',
    activity: entry.action,
    item_id: object?.id ?? null,
    scope: object?.type ?? '',
    detail: detailOf(entry),
    created_at: isoOf(entry.occurredAtMicros),
  };
}

function userOf(user: User): PosthogUser {
  const { id, name, email } = user;
  const [first = '', ...others] = name.split(' ');
  return {
    id: numberOf(user),
    uuid: uuidOf('usr', id),
    distinct_id: id,
    first_name: first,
    last_name: others.join(' '),
    email: email ?? '',
    is_email_verified: null,
    hedgehog_config: null,
  };
}

/** PostHog's own fields, and under `context`, which differs from product to product there, what it has no field for. */
function detailOf(entry: ActivityLog): object {
  const { object, changes, summary, outcome, value, progress, tags, platform, serial, additionalData } = entry;
  const { kind, nativeId, username } = entry.actor;
  const context = {
    source: entry.source,
    actor: { kind, nativeId, username },
    summary,
    outcome,
    value,
    progress,
    tags: tags.length > 0 ? tags : undefined,
    platform,
    serial,
    pathway_id: entry.pathwayId,
    additional_data: parsed(additionalData),
  };
  return {
    name: object?.name ?? null,
    short_id: null,
    type: null,
    changes: parsed(changes) ?? null,
    trigger: null,
    context,
  };
}

const parsed = (text: string | undefined): JsonValue | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as JsonValue);
