import DataLoader from 'dataloader';
import { groupsOf } from '../../base/groups.js';
import type { Id } from '../../base/ids.js';
import { userIdsAmong } from '../../model/identity.js';
import type { Page, PageRequest } from '../../model/page.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import type { Enrolments } from '../../store/enrolments.js';
import { nameKey } from '../../store/named-nouns.js';
import type { Pathways } from '../../store/pathways.js';
import type { Users } from '../../store/users.js';
import { isNameKey } from '../nouns/keys.js';
import type { ReaderContext } from '../nouns/results.js';
import { inMemory } from '../paging/in-memory.js';
import { cutPage } from '../paging/pages.js';
import { type PagingParts, startPage } from '../paging/places.js';
import { checkRequest } from '../paging/request.js';
import { onlyUserIds } from './own.js';

/** A page of what one user is on, by name. Somebody who is enrolled twice, by a merge, is on a pathway once. */
export type PathwaysOfUsers = (user: Pick<User, 'identities'>, page: PageRequest) => Promise<Page<Pathway>>;

interface Parts extends PagingParts {
  readonly pathways: Pick<Pathways, 'byIds'>;
  readonly enrolments: Pick<Enrolments, 'pathwaysOf'>;
  readonly users: Pick<Users, 'byIds'>;
}

const listName = { list: 'user.pathways', isKey: isNameKey };

/** Two look-ups for all users who are asked for in one turn, however many they are. */
export function pathwaysOfUsers(parts: Parts, who: ReaderContext): PathwaysOfUsers {
  const { workspaceId } = who;
  const loader = new DataLoader(async (asked: readonly (readonly Id[])[]) => {
    const own = await onlyUserIds(parts.users, who);
    const userIds = [...new Set(asked.flat())].filter((id) => !own || own.includes(id));
    const enrolled = await parts.enrolments.pathwaysOf(workspaceId, userIds);
    const found = await parts.pathways.byIds(workspaceId, [...new Set(enrolled.map(({ pathwayId }) => pathwayId))]);
    const pathways = new Map(found.map((pathway) => [pathway.id, pathway]));
    const byUser = groupsOf(enrolled, ({ userId }) => userId);
    return asked.map((ids) => {
      const mine = new Set(ids.flatMap((id) => byUser.get(id) ?? []).map(({ pathwayId }) => pathwayId));
      return [...mine].flatMap((id) => pathways.get(id) ?? []);
    });
  });
  return async ({ identities }, page) => {
    const request = checkRequest(page);
    const start = await startPage(parts, workspaceId, listName, request);
    return cutPage(inMemory(await loader.load(userIdsAmong(identities)), nameKey), listName, start, request);
  };
}
