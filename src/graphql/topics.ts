import type { LiveTopic } from './live/topic.js';
import { notificationTopic } from './notifications/notification.topic.js';
import { PathwayProgressedTopic } from './pathways/pathway-progressed.topic.js';
import type { Services } from './services.js';

/** What can be followed of what folds make of the log. */
export const topicsOf = (services: Services): readonly LiveTopic[] => [
  new PathwayProgressedTopic(services),
  notificationTopic(services),
];
