import { createHash } from 'node:crypto';
import type { IngestedRow } from '../../ingest/connector.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import { unknownFields } from '../page-rows.js';
import { fromNative, personOf } from './mapping.js';
import { falkorStates, type PathwayRow, readRow } from './payload.js';

const known = {
  activity: new Set(['ID', 'name', 'type', 'fulfilmentType', 'required', 'level', 'stats']),
  log: new Set([
    ...['firstname', 'lastname', 'email', 'telephone', 'country', 'city'],
    ...['groups', 'status', 'fulfilment'],
  ]),
  status: new Set(['complete', 'progress', 'state', 'timestamp']),
};

/** A row as an entry of the log; a text that is none answers why. @param seenAt when it was read. */
export function toRow(native: string, seenAt: Date): IngestedRow | string {
  const row = readRow(native);
  if (!row) return 'no log item: it has no status, or is of no activity';
  const { pathway, activity, log } = row;
  return {
    ...fromNative(row, native, seenAt),
    nativeKey: keyOf([pathway.ID, activity.ID, personOf(log)]),
    contentHash: contentHashOf({ status: log.status, fulfilment: log.fulfilment }),
    activityId: activity.ID,
    drift: driftOf(row),
  };
}

/** Rows have no ids: one is the same as long as it is of the same person in the same activity of the same pathway. */
const keyOf = (identity: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(identity)).digest('hex');

function driftOf({ activity, log }: PathwayRow): string[] {
  const { status } = log;
  return [
    ...unknownFields(activity, known.activity).map((name) => `activity.${name}`),
    ...unknownFields(log, known.log),
    ...unknownFields(status, known.status).map((name) => `status.${name}`),
    ...(falkorStates.some((state) => state === status.state) ? [] : [`state: ${status.state.slice(0, 60)}`]),
  ];
}
