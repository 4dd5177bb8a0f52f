import type { SeenNotification } from '../../services/notifications/seen.js';
import { connectionType } from '../connection.js';
import { NotificationType } from './notification.type.js';

export const NotificationConnection = connectionType<SeenNotification>('Notification', NotificationType);
