import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Enrolment } from '../../model/enrolment.js';
import type { Connection } from '../connection.js';
import { type RequestContext, viewerOf } from '../context.js';
import { pageRequest } from '../page.args.js';
import type { Services } from '../services.js';
import { EnrolmentConnection } from './enrolment.connection.js';
import { EnrolmentsArgs, EnrolUsersInputType, WithdrawUsersInputType } from './enrolment.input.js';
import { EnrolUsersPayload, WithdrawUsersPayload } from './enrolment.payloads.js';
import { EnrolmentType } from './enrolment.type.js';

@Resolver(() => EnrolmentType)
export class EnrolmentResolver {
  constructor(private readonly services: Pick<Services, 'enrolments'>) {}

  @Query(() => EnrolmentConnection, {
    description: 'Who is on which pathway, in the order they came, page by page. With `pathway:read:own` the own user.',
  })
  async enrolments(
    @Args(() => EnrolmentsArgs) args: EnrolmentsArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Enrolment>> {
    const asked = { filter: args.filter, page: pageRequest(args) };
    return new EnrolmentConnection(await this.services.enrolments.list(viewerOf(context), asked));
  }

  @Mutation(() => EnrolUsersPayload, {
    description:
      'Enrols up to 1,000 users on one pathway, each on their own: one who is refused does not hinder the others. The same again changes nothing.',
  })
  async enrolUsers(
    @Arg('input', () => EnrolUsersInputType, { description: 'Who, and on which pathway.' }) input: EnrolUsersInputType,
    @Ctx() context: RequestContext,
  ): Promise<EnrolUsersPayload> {
    const { results, cursor } = await this.services.enrolments.enrol(viewerOf(context), input);
    return { results: results.map(({ node, ...rest }) => ({ enrolment: node, ...rest })), cursor };
  }

  @Mutation(() => WithdrawUsersPayload, {
    description: 'Takes up to 1,000 users off one pathway, each on their own. Their entries stay.',
  })
  async withdrawUsers(
    @Arg('input', () => WithdrawUsersInputType, { description: 'Who, and off which pathway.' })
    input: WithdrawUsersInputType,
    @Ctx() context: RequestContext,
  ): Promise<WithdrawUsersPayload> {
    const { results, cursor } = await this.services.enrolments.withdraw(viewerOf(context), input);
    return { results: results.map(({ node, error }) => ({ enrolment: node, error })), cursor };
  }
}
