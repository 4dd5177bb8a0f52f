import { Field, ID, ObjectType } from 'type-graphql';
import { type ActivityLog, filterFields } from '../../model/activity-log.js';
import { matches, type ResolvedFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import { FeedCursorScalar } from '../scalars.js';
import { ActivityLogEventTypeEnum } from './activity-log.enums.js';
import { ActivityLogType } from './activity-log.type.js';

@ObjectType('ActivityLogEvent', { description: 'Something that happened to the log.', simpleResolvers: true })
export class ActivityLogEvent {
  @Field(() => FeedCursorScalar, { description: 'Its place in the log: follow on from here.' })
  cursor!: string;

  @Field(() => ActivityLogEventTypeEnum, { description: 'What happened to the entry.' })
  type!: 'RECORDED' | 'REMOVED';

  @Field(() => ID, { description: 'The id of the entry.' })
  activityLogId!: string;

  @Field(() => ActivityLogType, { nullable: true, description: 'The entry; null where it was removed.' })
  activityLog?: ActivityLog;
}

/**
 * Whether who follows with this filter is told of a record. Of an entry that was removed since only the removal is told:
 * the record holds nothing any more.
 */
export function isTold(filter: ResolvedFilter, record: LogRecord): boolean {
  if (record.kind === 'removed') return matches(filter, record.target, undefined);
  if (record.kind !== 'entry' || !record.entry) return false;
  return matches(filter, filterFields(record.entry), record.words ?? []);
}

/** What is told of a record that `isTold`. */
export function toEvent(record: LogRecord, cursor: string): ActivityLogEvent {
  return record.kind === 'removed'
    ? { cursor, type: 'REMOVED', activityLogId: record.targetId }
    : {
        cursor,
        type: 'RECORDED',
        activityLogId: record.id,
        activityLog: record.kind === 'entry' ? record.entry : undefined,
      };
}
