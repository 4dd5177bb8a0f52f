import { FieldResolver, Resolver, Root } from 'type-graphql';
import { type ActivityLog, occurredAt } from '../../model/activity-log.js';
import { DateTimeScalar, FeedCursorScalar, JsonScalar } from '../scalars.js';
import type { Services } from '../services.js';
import { ActivityLogType, ChangeType } from './activity-log.type.js';

/** Fields that are kept in another form than they are shown in. JSON is parsed only when it is asked for. */
@Resolver(() => ActivityLogType)
export class ActivityLogFields {
  constructor(private readonly services: Pick<Services, 'activityLogs'>) {}

  @FieldResolver(() => FeedCursorScalar, { description: 'Its place in the log.' })
  cursor(@Root() entry: ActivityLog): Promise<string> {
    return this.services.activityLogs.cursorOf(entry.workspaceId, entry.seq);
  }

  @FieldResolver(() => DateTimeScalar, { description: 'When it happened, as the source says.' })
  occurredAt(@Root() entry: ActivityLog): Date {
    return occurredAt(entry);
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description: 'What else the source says, as JSON, e.g. `{ "distanceKm": 7.5 }`.',
  })
  additionalData(@Root() entry: ActivityLog): unknown {
    return parsed(entry.additionalData);
  }

  @FieldResolver(() => [ChangeType], {
    nullable: true,
    description: 'What an update changed, one item for each field.',
  })
  changes(@Root() entry: ActivityLog): ChangeType[] | undefined {
    return parsed(entry.changes) as ChangeType[] | undefined;
  }

  @FieldResolver(() => JsonScalar, { nullable: true, description: "The source's own JSON of this entry, unchanged." })
  native(@Root() entry: ActivityLog): unknown {
    return parsed(entry.native);
  }
}

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));
