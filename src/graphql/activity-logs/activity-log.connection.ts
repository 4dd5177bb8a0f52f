import type { ActivityLog } from '../../model/activity-log.js';
import { connectionType } from '../connection.js';
import { ActivityLogType } from './activity-log.type.js';

export const ActivityLogConnection = connectionType<ActivityLog>('ActivityLog', ActivityLogType);
