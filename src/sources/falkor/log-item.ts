import { isJsonObject } from '../../base/json.js';
import { enrolmentGroups } from '../../ingest/source-pathways.js';
import { readIdentity } from '../../model/identity.js';
import type { ProgressState } from '../../model/progress.js';
import type { User } from '../../model/user.js';
import type { PathwayStanding } from '../../services/pathway-reading.js';
import { saidFields } from '../native-fields.js';
import { logText } from './answer.js';
import { groupsOf } from './mapping.js';
import {
  type ActivityHeader,
  type FalkorState,
  type Fulfilment,
  type LogItem,
  readRow,
  type Status,
} from './payload.js';

const states: Readonly<Record<ProgressState, FalkorState>> = {
  NOT_STARTED: 'not started',
  IN_PROGRESS: 'in progress',
  COMPLETED: 'completed',
};

/**
 * Somebody's standing as the JSON text of a log item: Falkor's own where it is of Falkor, else what of the entry that
 * decides can be told in its shape.
 */
export function toLogItem(standing: PathwayStanding, activity: ActivityHeader): string {
  return ownText(standing) ?? JSON.stringify(made(standing, activity));
}

/** What Falkor said, byte for byte; with the groups of now where the person has changed groups since. */
function ownText({ entry, groups }: PathwayStanding): string | undefined {
  if (entry?.source !== 'FALKOR' || entry.native === undefined) return undefined;
  const row = readRow(entry.native);
  if (!row) return undefined;
  const said = new Set(enrolmentGroups(groupsOf(row.log)));
  const isSame = said.size === groups.length && groups.every((group) => said.has(group));
  return isSame ? logText(entry.native) : JSON.stringify({ ...row.log, groups });
}

function made(standing: PathwayStanding, activity: ActivityHeader): LogItem {
  const { user, groups, progress } = standing;
  const [firstname = '', ...rest] = user.name.trim().split(/\s+/);
  const status: Status = {
    complete: progress.state === 'COMPLETED',
    progress: progress.percent ?? (progress.state === 'COMPLETED' ? 100 : 0),
    state: states[progress.state],
    timestamp: progress.changedAtMicros === undefined ? '' : timeOf(progress.changedAtMicros),
  };
  return {
    firstname,
    lastname: rest.join(' '),
    email: emailsOf(user)[0] ?? '',
    ...{ telephone: '', country: '', city: '' },
    groups,
    status,
    fulfilment: progress.state === 'NOT_STARTED' ? [] : fulfilmentOf(standing, status, activity),
  };
}

/** Kinds whose objects Falkor documents: the type that they say, and the member that holds what is theirs. */
function kindOf({ type, fulfilmentType }: ActivityHeader): { readonly type: string; readonly member?: string } {
  const word = fulfilmentType.toLowerCase();
  if (['check-in', 'checkin', 'qr code', 'qr-code'].includes(word)) return { type: 'check-in', member: 'checkin' };
  if (type.toLowerCase().startsWith('data') || ['data', 'tracking'].includes(word))
    return { type: 'data', member: 'data' };
  if (word === 'complete') return { type: 'story', member: 'story' };
  return { type: fulfilmentType || type || 'unknown' };
}

/** Nothing is made up: of what a kind tells beside how far it is, only what the entry holds is there. */
function fulfilmentOf({ entry }: PathwayStanding, status: Status, activity: ActivityHeader): Fulfilment {
  const additional = entry?.additionalData === undefined ? {} : saidFields(entry.additionalData);
  if (additional.fulfilment !== undefined) return additional.fulfilment;
  const { type, member } = kindOf(activity);
  const { progress, state, timestamp } = status;
  const said = member !== undefined && isJsonObject(additional[member]) ? additional[member] : {};
  const own = member === 'story' ? { ID: activity.ID, name: activity.name, ...said } : said;
  return {
    type,
    // A check-in is, or is not: its documented object has no state.
    ...(type !== 'check-in' && { state }),
    progress,
    ...(member !== undefined && { [member]: own }),
    timestamp,
  };
}

/** Those that somebody is known by, the one that is theirs for sure first. */
export const emailsOf = ({ email, identities }: User): string[] => {
  const others = identities.flatMap((key) => {
    const identity = readIdentity(key);
    if (!identity) return [];
    if ('email' in identity) return identity.email;
    return /^email:(.+)$/s.exec(identity.nativeId)?.[1] ?? [];
  });
  return [...new Set([...(email === undefined ? [] : [email]), ...others])];
};

const timeOf = (micros: number): string => `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}+00:00`;
