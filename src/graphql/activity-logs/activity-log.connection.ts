import type { ActivityLog } from '../../model/activity-log.js';
import type { SourceSystem } from '../../model/source-system.js';
import { type Connection, connectionType } from '../connection.js';
import { ActivityLogType } from './activity-log.type.js';

export const ActivityLogConnection = connectionType<ActivityLog>('ActivityLog', ActivityLogType);

/** A page of entries, and which systems its list was asked for; undefined for all. */
export interface ActivityLogList extends Connection<ActivityLog> {
  readonly systems?: readonly SourceSystem[] | null;
}
