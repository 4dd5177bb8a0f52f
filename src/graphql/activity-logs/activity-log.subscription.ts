import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { noSocket } from '../no-socket.js';
import { FeedCursorScalar } from '../scalars.js';
import { ActivityLogEvent } from './activity-log.event.js';
import { ActivityLogFilterInput } from './activity-log-filter.input.js';

@Resolver()
export class ActivityLogSubscription {
  @Subscription(() => ActivityLogEvent, {
    description:
      'Entries as they are recorded and removed, in the order of the log, each once. A client that comes back goes on with the last `cursor` it got.',
    // Followers share executions, so events come from the live hub and never by a subscription of one's own.
    subscribe: () => {
      throw noSocket();
    },
  })
  activityLogged(
    @Arg('filter', () => ActivityLogFilterInput, {
      nullable: true,
      description: 'Which entries; all of them, if absent.',
    })
    _filter: ActivityLogFilterInput | null | undefined,
    @Arg('after', () => FeedCursorScalar, {
      nullable: true,
      description:
        'Begin after this place, e.g. the `feedCursor` of a page: what was recorded since comes first. Absent: begin now.',
    })
    _after: string | null | undefined,
    @Root() event: ActivityLogEvent,
  ): ActivityLogEvent {
    return event;
  }
}
