import { canReadUsers, canWriteUsers, requireScope } from '../auth/policies.js';
import type { Id } from '../base/ids.js';
import { slicesOf } from '../base/slices.js';
import { maxBatch } from '../model/activity-log-input.js';
import { emailIdentity, type IdentityKey } from '../model/identity.js';
import type { Page, PageRequest } from '../model/page.js';
import type { User } from '../model/user.js';
import type {
  CreateUserInput,
  MergeUsersInput,
  UnmergeUserInput,
  UpdateUserInput,
  UserFilter,
} from '../model/user-input.js';
import type { Viewer } from '../model/viewer.js';
import type { ControlRecord } from '../store/control-links.js';
import { nameKey } from '../store/named-nouns.js';
import type { Users } from '../store/users.js';
import { checkExactlyOne, checkId, checkIds, checkList, checkSearch, checkWellFormed } from './input/checks.js';
import { type ChangingParts, NounChanges } from './nouns/changes.js';
import type { NounHistory } from './nouns/history.js';
import { isNameKey } from './nouns/keys.js';
import type { Changed, ChangedMany, ReaderContext, RemovedNoun } from './nouns/results.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';
import { checkMerge, checkWhole, mergeable, partOf } from './users/merge-checks.js';
import { mergedUser, unmergedUsers } from './users/merging.js';
import { identitiesToLookUp, type NamedPerson, recognised } from './users/recognition.js';
import { IdentityClaims, newUser, updatedUser } from './users/states.js';

export interface ListUsers {
  readonly filter?: UserFilter | null;
  readonly page: PageRequest;
}

/** Who was taken out of another, and that other. */
export interface Unmerged extends Changed<User> {
  readonly survivor: User;
}

export interface UserServiceParts extends PagingParts, ChangingParts {
  readonly users: Users;
}

const userList = { list: 'users', isKey: isNameKey };

/** The people of a workspace. */
export class UserService {
  readonly #changes: NounChanges<User, CreateUserInput>;

  constructor(private readonly parts: UserServiceParts) {
    this.#changes = new NounChanges(parts, {
      noun: 'user',
      documents: parts.users,
      made: newUser,
      claims: async (workspaceId, states) => {
        const wanted = states.flatMap(({ identities }) => identities);
        return new IdentityClaims(await parts.users.byIdentities(workspaceId, wanted));
      },
    });
  }

  /** All changes of users, as one line, for what changes them beside this. */
  get history(): NounHistory<User> {
    return this.#changes.history;
  }

  /** Exactly one of the two arguments. */
  async get(
    viewer: Viewer,
    by: { readonly id?: Id | null; readonly email?: string | null },
  ): Promise<User | undefined> {
    requireScope(canReadUsers(viewer), 'user:read');
    checkExactlyOne({ id: by.id, email: by.email });
    checkWellFormed(by.email, 'email');
    const id = checkId(by.id, 'id');
    const found = id
      ? await this.parts.users.byIds(viewer.workspaceId, [id])
      : await this.parts.users.byIdentities(viewer.workspaceId, [emailIdentity(by.email!)]);
    return found[0];
  }

  /** Ordered by name. */
  async list(viewer: Viewer, args: ListUsers): Promise<Page<User>> {
    requireScope(canReadUsers(viewer), 'user:read');
    const request = checkRequest(args.page);
    const filter: UserFilter = {
      ids: checkIds(args.filter?.ids, 'filter.ids'),
      emails: checkList(args.filter?.emails, 'filter.emails'),
      search: checkSearch(args.filter?.search, 'filter.search'),
    };
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, userList, request);
    const source = {
      find: (slice) => this.parts.users.find(workspaceId, filter, slice),
      exists: (span) => this.parts.users.exists(workspaceId, filter, span),
      count: () => this.parts.users.count(workspaceId, filter),
      keyOf: nameKey<User>,
    } satisfies Parameters<typeof cutPage<User>>[0];
    return cutPage(source, userList, start, request);
  }

  async create(viewer: Viewer, input: CreateUserInput): Promise<Changed<User>> {
    requireScope(canWriteUsers(viewer), 'user:write');
    return this.#changes.create(viewer.workspaceId, input);
  }

  /** Each on its own: what is wrong with one does not keep the others out. */
  async createMany(viewer: Viewer, inputs: readonly CreateUserInput[]): Promise<ChangedMany<User>> {
    requireScope(canWriteUsers(viewer), 'user:write');
    return this.#changes.createMany(viewer.workspaceId, inputs);
  }

  async update(viewer: Viewer, input: UpdateUserInput): Promise<Changed<User>> {
    requireScope(canWriteUsers(viewer), 'user:write');
    return this.#changes.update(viewer.workspaceId, { id: input.id, field: 'input.id' }, (user, at) =>
      updatedUser(user, input, 'input', at),
    );
  }

  /** Entries keep what they say of the person; nobody is found by it any more. */
  async remove(viewer: Viewer, id: Id): Promise<RemovedNoun> {
    requireScope(canWriteUsers(viewer), 'user:write');
    return this.#changes.remove(viewer.workspaceId, id, (user, deletedId) => checkWhole(user, deletedId, 'id'));
  }

  /**
   * Makes one of two people. Entries keep what they say of either: whoever they name is looked up, and is now the one.
   * @throws CodedError FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, CONFLICT naming `input.userId` or `input.intoUserId`.
   */
  async merge(viewer: Viewer, input: MergeUsersInput): Promise<Changed<User>> {
    requireScope(canWriteUsers(viewer), 'user:write');
    const { workspaceId } = viewer;
    const { userId, intoUserId } = checkMerge(input);
    const { seq, result } = await this.#changes.history.change(workspaceId, async () => {
      const found = await this.parts.users.byIds(workspaceId, [userId, intoUserId]);
      const { user, survivor } = mergeable(found, userId, intoUserId);
      const at = this.parts.clock.now();
      const state = mergedUser(survivor, user, at);
      return { change: { name: 'merged', set: [state], removed: [], at }, result: state };
    });
    return this.#changes.changed(workspaceId, result, seq);
  }

  /**
   * Takes one out of another again, with precisely the identities that came with it.
   * @throws CodedError FORBIDDEN, NOT_FOUND, CONFLICT naming `input.userId`.
   */
  async unmerge(viewer: Viewer, input: UnmergeUserInput): Promise<Unmerged> {
    requireScope(canWriteUsers(viewer), 'user:write');
    const { workspaceId } = viewer;
    const userId = checkId(input.userId, 'input.userId')!;
    const { seq, result } = await this.#changes.history.change(workspaceId, async () => {
      const survivor = partOf(await this.#changes.existing(workspaceId, userId, 'input.userId'), userId);
      const at = this.parts.clock.now();
      const states = unmergedUsers(survivor, userId, at);
      return { change: { name: 'unmerged', set: [states.survivor, states.user], removed: [], at }, result: states };
    });
    const { node: survivor } = await this.#changes.changed(workspaceId, result.survivor, seq);
    return { ...(await this.#changes.changed(workspaceId, result.user, seq)), survivor };
  }

  /**
   * Makes known whoever some rows of a source name and is not known yet: for what reads sources, before it records the
   * rows. `recognised` tells the rule. One look-up where everybody is known, else one entry of the log besides, for each
   * 1,000 people, however many rows there are. The same again changes nothing, also from several processes at once.
   * @throws CodedError SERVICE_UNAVAILABLE
   */
  async recognise(workspaceId: Id, people: readonly NamedPerson[]): Promise<void> {
    for (const some of slicesOf(people, maxBatch)) await this.#recogniseSome(workspaceId, some);
  }

  /** For a DataLoader: one per key, in order; undefined where nobody is known by it. @throws CodedError FORBIDDEN. */
  async byIdentity(who: ReaderContext, keys: readonly IdentityKey[]): Promise<(User | undefined)[]> {
    requireScope(canReadUsers(who), 'user:read');
    const users = await this.parts.users.byIdentities(who.workspaceId, keys);
    const owners = new Map(users.flatMap((user) => user.identities.map((key) => [key, user] as const)));
    return keys.map((key) => owners.get(key));
  }

  /** Finishes what a crash left between the log and the documents, or rebuilds the documents from the log. */
  catchUp(workspaceId: Id): Promise<number> {
    return this.#changes.history.catchUp(workspaceId);
  }

  /** Brings the documents to what one control entry says of people; others are passed over. */
  applyUserControl(workspaceId: Id, record: ControlRecord): Promise<void> {
    return this.#changes.history.apply(workspaceId, record);
  }

  async #recogniseSome(workspaceId: Id, people: readonly NamedPerson[]): Promise<void> {
    const keys = identitiesToLookUp(people);
    const at = this.parts.clock.now();
    const look = async () => recognised(await this.parts.users.byIdentities(workspaceId, keys), people, at);
    if ((await look()).length === 0) return;
    await this.#changes.history.change(workspaceId, async () => {
      const set = await look();
      const change = set.length > 0 ? { name: 'recognised', set, removed: [], at } : undefined;
      return { change, result: undefined };
    });
  }
}
