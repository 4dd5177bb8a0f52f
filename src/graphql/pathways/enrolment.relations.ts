import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Enrolment } from '../../model/enrolment.js';
import { userIdentity } from '../../model/identity.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import type { RequestContext } from '../context.js';
import { UserType } from '../users/user.type.js';
import { EnrolmentType } from './enrolment.type.js';
import { PathwayType } from './pathway.type.js';

@Resolver(() => EnrolmentType)
export class EnrolmentRelations {
  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      'Who is on the pathway: of one who was merged, whoever they are part of. Null for one who was removed.',
  })
  async user(@Root() { userId }: Enrolment, @Ctx() { loaders }: RequestContext): Promise<User | undefined> {
    return loaders.userByIdentity.load(userIdentity(userId));
  }

  @FieldResolver(() => PathwayType, { nullable: true, description: 'The pathway.' })
  async pathway(@Root() { pathwayId }: Enrolment, @Ctx() { loaders }: RequestContext): Promise<Pathway | undefined> {
    return loaders.pathwayById.load(pathwayId);
  }
}
