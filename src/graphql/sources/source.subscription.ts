import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import { noSocket } from '../no-socket.js';
import { ObjectIdScalar } from '../scalars.js';
import { SourceType } from './source.type.js';

/** What is executed for a source that has changed. */
export interface SourceEvent {
  readonly source: SourceType;
}

@Resolver()
export class SourceSubscription {
  @Subscription(() => SourceType, {
    description:
      'Sources as they stand: first each as it is, then each whenever anything of it but its `lag` has changed, always in its newest state. Needs the scope `source:read`.',
    // Followers share what is looked at and executed, so events come from the live hub.
    subscribe: () => {
      throw noSocket();
    },
  })
  sourceChanged(
    @Arg('id', () => ObjectIdScalar, {
      nullable: true,
      description: 'The one source to follow, until it is removed; all of the workspace, if absent.',
    })
    _id: string | null | undefined,
    @Root() event: SourceEvent,
  ): SourceType {
    return event.source;
  }
}
