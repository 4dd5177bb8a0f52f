import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Activity } from '../../model/activity.js';
import type { Enrolment } from '../../model/enrolment.js';
import { activityRef } from '../../model/identity.js';
import type { Pathway, PathwayActivity } from '../../model/pathway.js';
import { ActivityType } from '../activities/activity.type.js';
import type { Connection } from '../connection.js';
import type { RequestContext } from '../context.js';
import { pageRequest } from '../page.args.js';
import { EnrolmentConnection } from './enrolment.connection.js';
import { PathwayEnrolmentsArgs } from './enrolment.input.js';
import { PathwayActivityType, PathwayType } from './pathway.type.js';

@Resolver(() => PathwayType)
export class PathwayRelations {
  @FieldResolver(() => EnrolmentConnection, {
    description:
      'Who is on it, in the order they came. Together the pathways of one operation show at most 20,000 enrolments.',
  })
  async enrolments(
    @Root() { id }: Pathway,
    @Args(() => PathwayEnrolmentsArgs) args: PathwayEnrolmentsArgs,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Connection<Enrolment>> {
    const list = { pathwayId: id, groups: args.groups, page: pageRequest(args) };
    return new EnrolmentConnection(await loaders.enrolmentsOf(list));
  }
}

@Resolver(() => PathwayActivityType)
export class PathwayActivityRelations {
  @FieldResolver(() => ActivityType, { nullable: true, description: 'Its definition; null where that was removed.' })
  async activity(
    @Root() { activityId }: PathwayActivity,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Activity | undefined> {
    return loaders.activityByRef.load(activityRef(activityId));
  }
}
