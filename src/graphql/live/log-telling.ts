import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import { isTold, toEvent } from '../activity-logs/activity-log.event.js';
import type { Telling } from './cohort-source.js';

/** Entries that a filter selects. Once one is removed, its recording is told to nobody. */
export const logTelling = (filter: ResolvedFilter): Telling<LogRecord> => ({
  isTold: (record) => isTold(filter, record),
  eventOf: toEvent,
  aboutOf: (record) => (record.kind === 'entry' ? record.id : undefined),
  supersedes: (record) => (record.kind === 'removed' ? record.targetId : undefined),
});
