import { microsInUtc } from '../../base/instants.js';
import type { JsonValue } from '../../base/json.js';
import type { IngestedRow, SourceActor } from '../../ingest/connector.js';
import type { ActionClass, Progress } from '../../model/activity-log.js';
import { textOf } from '../native-fields.js';
import type { PathwayRow } from './payload.js';

const classes: ReadonlyMap<string, ActionClass> = new Map([
  ['in progress', 'PROGRESSED'],
  ['completed', 'COMPLETED'],
]);

/**
 * A row as an entry: how far somebody is, as of when that changed last. A state is no outcome: who has completed something
 * may have passed it or not.
 * @param seenAt when it was read; stands where the row does not say when it changed, as of what was not begun.
 */
export function fromNative(
  { activity, log }: PathwayRow,
  native: string,
  seenAt: Date,
): { readonly entry: IngestedRow['entry']; readonly actor: SourceActor } {
  const { status, fulfilment } = log;
  const type = textOf(activity.type) ?? 'unknown';
  const name = textOf(activity.name);
  return {
    entry: {
      action: status.state.toWellFormed() || 'unknown',
      actionClass: classes.get(status.state) ?? 'OTHER',
      occurredAtMicros: timeOf(status.timestamp) ?? seenAt.getTime() * 1000,
      object: { type, id: activity.ID.toWellFormed(), ...(name !== undefined && { name }) },
      progress: progressOf(status),
      tags: [],
      ...(fulfilment !== undefined && { additionalData: JSON.stringify({ fulfilment }) }),
      native,
    },
    actor: actorOf(log),
  };
}

/** Whom a row names. Only with a name or an email is it somebody. */
function actorOf(log: PathwayRow['log']): SourceActor {
  const name = [textOf(log.firstname), textOf(log.lastname)].filter(Boolean).join(' ');
  const email = textOf(log.email)?.trim();
  if (!email && !name) return { kind: 'UNKNOWN' };
  return {
    kind: 'USER',
    ...(email ? { email } : { identity: `person:${personOf(log).slice(0, 200)}` }),
    ...(name && { name }),
  };
}

/** What sets one person's row apart from another's: the email in lower case; where there is none, whatever is said of them. */
export function personOf(log: PathwayRow['log']): string {
  const email = textOf(log.email)?.trim().toLowerCase();
  if (email) return email;
  const { firstname, lastname, telephone, country, city } = log;
  return JSON.stringify([firstname, lastname, telephone, country, city].map((value) => textOf(value) ?? ''));
}

export const groupsOf = ({ groups }: PathwayRow['log']): string[] =>
  Array.isArray(groups) ? groups.flatMap((group) => textOf(group) ?? []) : [];

/** Undefined where it is no time. One without an offset is in UTC. */
function timeOf(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value)) return undefined;
  return microsInUtc(value.replace(' ', 'T'));
}

function progressOf({ progress, state, complete }: PathwayRow['log']['status']): Progress {
  const percent = typeof progress === 'number' && progress >= 0 && progress <= 100 ? progress : undefined;
  return {
    ...(percent !== undefined && { percent }),
    state: state.toWellFormed(),
    ...(typeof complete === 'boolean' && { complete }),
  };
}
