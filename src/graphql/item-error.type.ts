import { Field, ObjectType } from 'type-graphql';

@ObjectType('ItemError', {
  simpleResolvers: true,
  description: 'Why one item of a batch was not accepted. The others are not touched by it.',
})
export class ItemErrorType {
  @Field(() => String, { description: 'A code of the error catalogue, e.g. `BAD_USER_INPUT`.' })
  code!: string;

  @Field(() => String, { description: 'What is wrong, for people.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The input field that is at fault, e.g. `inputs[3].action`.' })
  field?: string;
}
