import type { ProgressState } from '../../model/progress.js';
import { enumOf } from '../enums.js';

export const ProgressStateEnum = enumOf<ProgressState>('ProgressState', 'How far something has come.', {
  NOT_STARTED: 'Nothing was done, or a source has set it back to the start.',
  IN_PROGRESS: 'Something was done, not everything.',
  COMPLETED: 'It is done.',
});

const pathwayProgressEventTypes = ['CHANGED', 'LEFT'] as const;
export type PathwayProgressEventTypeName = (typeof pathwayProgressEventTypes)[number];

export const PathwayProgressEventTypeEnum = enumOf<PathwayProgressEventTypeName>(
  'PathwayProgressEventType',
  "What happened to somebody's progress on a pathway.",
  {
    CHANGED: 'It changed, or they came onto the pathway.',
    LEFT: 'They are not on the pathway any more.',
  },
);
