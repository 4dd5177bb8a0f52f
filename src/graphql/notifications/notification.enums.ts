import type { NotificationReason } from '../../model/notification.js';
import { enumOf } from '../enums.js';

export const NotificationReasonEnum = enumOf<NotificationReason>('NotificationReason', 'Why something concerns you.', {
  CREATOR: 'You made the item, so whatever others do with it concerns you.',
  EDITOR:
    'You changed the item before, and this is an important change: an update, a deletion, an export or a comment.',
  SUBJECT: 'It is about you: you were enrolled or mentioned, or somebody else recorded your progress.',
  FOLLOWING: 'You follow the object, the activity, the pathway or the person.',
});
