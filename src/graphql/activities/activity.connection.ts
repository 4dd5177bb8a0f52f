import type { Activity } from '../../model/activity.js';
import { connectionType } from '../connection.js';
import { ActivityType } from './activity.type.js';

export const ActivityConnection = connectionType<Activity>('Activity', ActivityType);
