import type { ActionClass, ActivityLog } from '../../model/activity-log.js';
import type { SourceRow } from '../../services/source-recording.js';
import { saidFields } from '../native-fields.js';
import type { Row, RowBody } from './payload.js';

type Entry = SourceRow['entry'];

/** One row as it was posted. */
export interface PostedRow {
  readonly body: RowBody;
  /** The caller's own JSON text. */
  readonly native: string;
  readonly receivedAt: Date;
}

const classes: ReadonlyMap<string, ActionClass> = new Map([
  ['post', 'CREATED'],
  ['follow', 'SOCIAL'],
  ['comment', 'SOCIAL'],
]);

/** The account of a device did something. What came of it stands in free words, so there is no outcome. */
export function fromNative({ body, native, receivedAt }: PostedRow): Entry {
  const { platform, serial, action_type: action, action_detail: detail, username, timestamp } = body;
  return {
    action,
    actionClass: classes.get(action) ?? 'OTHER',
    occurredAtMicros: (timestamp ?? Math.floor(receivedAt.getTime() / 1000)) * 1_000_000,
    actor: { kind: 'DEVICE_ACCOUNT', ...(username && { username }) },
    object: { type: 'device', id: serial },
    platform,
    serial,
    ...(detail && { summary: detail }),
    tags: [],
    native,
  };
}

/** What of an entry TikMatrix's shape can carry. */
type Shown = Pick<
  ActivityLog,
  'seq' | 'platform' | 'serial' | 'action' | 'summary' | 'actor' | 'occurredAtMicros' | 'native'
>;

/**
 * A row as TikMatrix would answer it: as it was said, under the number that it has in our log, and with the time that the
 * server gave it where it said none.
 */
export function toNative({ seq, native, ...entry }: Shown): Row {
  const { id: _ofTheSource, ...said } = native === undefined ? typedFields(entry) : saidFields(native);
  return { id: seq, ...said, timestamp: said.timestamp ?? secondsOf(entry.occurredAtMicros) } as Row;
}

const typedFields = ({ platform, serial, action, summary, actor }: Omit<Shown, 'seq'>): Record<string, unknown> => ({
  platform,
  serial,
  action_type: action,
  ...(summary !== undefined && { action_detail: summary }),
  ...(actor.username !== undefined && { username: actor.username }),
});

const secondsOf = (micros: number): number => Math.floor(micros / 1_000_000);
