import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { noSocket } from '../no-socket.js';
import { FeedCursorScalar, ObjectIdScalar } from '../scalars.js';
import { PathwayProgressEvent } from './pathway-progressed.event.js';

@Resolver()
export class PathwayProgressedSubscription {
  @Subscription(() => PathwayProgressEvent, {
    description:
      'Progress on one pathway as it changes. A client that comes back goes on with the last `cursor` it got, and is told each change once, as it is then.',
    // Followers share executions, so events come from the live hub and never by a subscription of one's own.
    subscribe: () => {
      throw noSocket();
    },
  })
  pathwayProgressed(
    @Arg('pathwayId', () => ObjectIdScalar, { description: 'The id of the pathway.' }) _pathwayId: string,
    @Arg('after', () => FeedCursorScalar, {
      nullable: true,
      description: 'Begin after this place, e.g. the `feedCursor` of a page or an `asOf`. Absent: begin now.',
    })
    _after: string | null | undefined,
    @Root() event: PathwayProgressEvent,
  ): PathwayProgressEvent {
    return event;
  }
}
