import { isId } from '../../base/ids.js';
import { activityRef, userIdentity } from '../../model/identity.js';
import type { RequestContext } from '../context.js';
import { invalidId } from '../scalars.js';

/** What another subgraph says of one of our nouns: its key. */
interface Reference {
  readonly id: unknown;
}

type LookUp = (id: string, context: RequestContext) => Promise<object | undefined>;

/** How each noun that others may refer to is looked up: in batches, and in the name of who asks. */
const lookUps: Readonly<Record<string, LookUp>> = {
  ActivityLog: (id, { loaders }) => loaders.activityLogById.load(id),
  Activity: (id, { loaders }) => loaders.activityByRef.load(activityRef(id)),
  User: (id, { loaders }) => loaders.userByIdentity.load(userIdentity(id)),
  Pathway: (id, { loaders }) => loaders.pathwayById.load(id),
};

export const entityNames: readonly string[] = Object.keys(lookUps);

/**
 * `__resolveReference` of each: null where there is none to be seen.
 * (https://www.apollographql.com/docs/apollo-server/using-federation/api/apollo-subgraph#__resolvereference)
 */
export const referenceResolvers = Object.fromEntries(
  Object.entries(lookUps).map(([name, lookUp]) => {
    const __resolveReference = async ({ id }: Reference, context: RequestContext): Promise<object | null> => {
      if (typeof id !== 'string' || !isId(id)) throw invalidId();
      const found = await lookUp(id.toLowerCase(), context);
      // A copy: the type's name is written into what is answered.
      return found === undefined ? null : { ...found };
    };
    return [name, { __resolveReference }];
  }),
);
