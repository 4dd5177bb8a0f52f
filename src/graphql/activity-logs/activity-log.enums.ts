import type { ActionClass, ActorKind, Outcome } from '../../model/activity-log.js';
import type { ActivityLogOrder } from '../../model/activity-log-order.js';
import type { UpstreamStatus } from '../../model/source.js';
import { enumOf } from '../enums.js';

export const ActionClassEnum = enumOf<ActionClass>(
  'ActionClass',
  "The coarse class of an action; the source's own word stays beside it in `action`.",
  {
    CREATED: 'Something was made.',
    UPDATED: 'Something was changed.',
    DELETED: 'Something was taken away.',
    VIEWED: 'Something was looked at.',
    STARTED: 'Something was begun.',
    PROGRESSED: 'Something went on, not yet to its end.',
    COMPLETED: 'Something was brought to its end.',
    PASSED: 'A test was passed.',
    SOCIAL: 'A comment, like, follow or share.',
    SEARCH: 'Something was looked for.',
    AUTH: 'Somebody logged in or out, or a right was changed.',
    EXPORTED: 'Data was taken out.',
    OTHER: 'None of these, or a word that is not known.',
  },
);

export const ActorKindEnum = enumOf<ActorKind>('ActorKind', 'What kind of actor acted.', {
  USER: 'A person.',
  CLIENT: 'The credential itself, in the name of no person.',
  SYSTEM: 'The source itself.',
  DEVICE_ACCOUNT: 'An account on a device.',
  UNKNOWN: 'Somebody whom the source does not name.',
});

export const OutcomeEnum = enumOf<Outcome>('Outcome', 'How it ended, where the source says so.', {
  SUCCESS: 'It succeeded.',
  FAILURE: 'It failed.',
});

export const UpstreamStatusEnum = enumOf<UpstreamStatus>(
  'UpstreamStatus',
  'What became of writing an entry into the system in whose name it was posted.',
  {
    PENDING: 'It is kept here and on its way.',
    SENT: 'The system has it.',
    FAILED: 'The system will not take it as it is.',
  },
);

export const ActivityLogOrderEnum = enumOf<ActivityLogOrder>(
  'ActivityLogOrder',
  'The order of a list of activity logs. Equal moments are ordered by their place in the log, in the same direction.',
  {
    OCCURRED_AT_DESC: 'What happened last comes first.',
    OCCURRED_AT_ASC: 'What happened first comes first.',
    RECORDED_DESC: 'What was taken in last comes first.',
    RECORDED_ASC: 'What was taken in first comes first: the order of the log.',
  },
);

export const RecordOutcomeEnum = enumOf<'RECORDED' | 'DUPLICATE'>(
  'RecordOutcome',
  'What became of an entry that was sent.',
  {
    RECORDED: 'It is in the log now.',
    DUPLICATE: 'The log had it already under this key; nothing was added.',
  },
);

export const ActivityLogEventTypeEnum = enumOf<'RECORDED' | 'REMOVED'>(
  'ActivityLogEventType',
  'What happened to an entry of the log.',
  {
    RECORDED: 'It was recorded.',
    REMOVED: 'It was removed. Told once, also to whom its recording was never told.',
  },
);
