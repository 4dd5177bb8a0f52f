import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CodedError } from '../../src/base/errors.js';
import { type Id, newId } from '../../src/base/ids.js';
import type { ResolvedFilter } from '../../src/model/activity-log-filter.js';
import { emailIdentity, nativeIdentity, userIdentity } from '../../src/model/identity.js';
import type { User } from '../../src/model/user.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { NamedPerson } from '../../src/services/users/recognition.js';
import { UserService } from '../../src/services/users.js';
import { usersCollection } from '../../src/store/users.js';
import { openServices, openTestServices, viewerOf } from '../support/services.js';

const services = await openTestServices();
const elsewhere = openServices(services.store);
const processes = [services.userService, elsewhere.userService];

/** One call. People are named by their place among all who were ever made. */
type Call =
  | { readonly do: 'create'; readonly email: number | undefined }
  | { readonly do: 'update'; readonly who: number; readonly email: number | null | undefined }
  | { readonly do: 'merge'; readonly who: number; readonly into: number }
  | { readonly do: 'unmerge'; readonly who: number }
  | { readonly do: 'remove'; readonly who: number }
  | { readonly do: 'recognise'; readonly seen: readonly Seen[] };
interface Seen {
  readonly nativeId: number;
  readonly email: number | undefined;
  readonly isEmailVerified: boolean;
}

const who = fc.nat(7);
const email = fc.nat(4);
const seen: fc.Arbitrary<Seen> = fc.record({
  nativeId: fc.nat(4),
  email: fc.option(email, { nil: undefined }),
  isEmailVerified: fc.boolean(),
});
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('create' as const), email: fc.option(email, { nil: undefined }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      who,
      email: fc.oneof(email, fc.constant(null), fc.constant(undefined)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('merge' as const), who, into: who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unmerge' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('recognise' as const),
      seen: fc.array(seen, { minLength: 1, maxLength: 4 }),
    }),
  },
);

const address = (n: number): string => `Mail${n}@x.org`;
const named = ({ nativeId, email: n, isEmailVerified }: Seen): NamedPerson => ({
  key: nativeIdentity('THRIVE', 'c1', String(nativeId)),
  isEmailVerified,
  ...(n !== undefined && { email: address(n) }),
});

class World {
  /** Everybody who was ever made, in the order in which this process heard of them. */
  readonly ids: Id[] = [];

  constructor(readonly viewer: Viewer) {}

  async run(at: number, one: Call): Promise<void> {
    const { viewer } = this;
    const users = processes[at]!;
    const id = (index: number): Id => this.ids[index % this.ids.length]!;
    if (one.do === 'recognise') return users.recognise(viewer.workspaceId, one.seen.map(named));
    if (one.do === 'create') {
      const { node } = await users.create(viewer, {
        name: `Person ${this.ids.length}`,
        email: one.email === undefined ? null : address(one.email),
      });
      this.ids.push(node.id);
      return;
    }
    if (this.ids.length === 0) return;
    switch (one.do) {
      case 'update':
        await users.update(viewer, {
          id: id(one.who),
          email: typeof one.email === 'number' ? address(one.email) : one.email,
        });
        return;
      case 'merge':
        await users.merge(viewer, { userId: id(one.who), intoUserId: id(one.into) });
        return;
      case 'unmerge':
        await users.unmerge(viewer, { userId: id(one.who) });
        return;
      case 'remove':
        await users.remove(viewer, id(one.who));
    }
  }

  alive(): Promise<User[]> {
    return services.users.find(this.viewer.workspaceId, {}, { limit: 1000 });
  }

  /** What a filter means that was resolved where nobody was known yet, after the whole log. */
  async followed(who: Viewer, filter: { users: string[] }): Promise<ResolvedFilter> {
    let names = await services.logs.followFilter({ ...who, workspaceId: newId() }, filter);
    const { workspaceId } = this.viewer;
    for (let seq = 0; ; ) {
      const record = await services.links.byKey(workspaceId, `user:after:${seq}`);
      if (!record) return names.filter;
      names = names.after(record);
      seq = record.seq;
    }
  }

  async documents() {
    const found = await services.store.db.collection(usersCollection).find({}).sort({ _id: 1 }).toArray();
    return found.filter((document) => document.workspaceId.toHexString() === this.viewer.workspaceId);
  }
}

/** What holds of people at any time. */
function check(alive: readonly User[]): void {
  const owned = alive.flatMap((user) => user.identities);
  expect(new Set(owned).size, 'an identity is owned by two, or twice').toBe(owned.length);
  for (const user of alive) {
    const { identities, mergedFrom = [], vouched = [] } = user;
    expect(identities).toContain(userIdentity(user.id));
    if (user.email !== undefined) expect(identities).toContain(emailIdentity(user.email));
    const parts = new Set([user.id, ...mergedFrom.map(({ id }) => id)]);
    expect(parts.size, 'a part is there twice').toBe(mergedFrom.length + 1);
    const came = mergedFrom.flatMap((part) => part.identities);
    expect(new Set(came).size, 'what came, came with one').toBe(came.length);
    for (const part of mergedFrom) {
      expect(parts.has(part.into), 'a part of somebody who is not here').toBe(true);
      expect(part.identities).toContain(userIdentity(part.id));
      for (const key of part.identities) expect(identities).toContain(key);
    }
    for (const one of vouched) expect(identities).toEqual(expect.arrayContaining([one.by, emailIdentity(one.email)]));
    for (const key of identities.filter((one) => one.startsWith('u:'))) expect(parts).toContain(key.slice(2));
  }
}

const meant = ({ actorKeys, onlyActorKeys }: ResolvedFilter) => [
  [...(actorKeys ?? [])].sort(),
  [...(onlyActorKeys ?? [])].sort(),
];

const expected = ['CONFLICT', 'NOT_FOUND', 'BAD_USER_INPUT'];

it('whatever two processes do to people, no identity is lost or owned by two, and the log tells it all again', async () => {
  let refused = 0;
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.record({ at: fc.nat(1), call }), { minLength: 1, maxLength: 3 }), {
        minLength: 6,
        maxLength: 18,
      }),
      async (rounds) => {
        // Nobody reads the log here but by its control entries, so no feed is open.
        const world = new World(viewerOf(newId()));
        for (const round of rounds) {
          const before = await world.alive();
          const outcomes = await Promise.allSettled(round.map(({ at, call: one }) => world.run(at, one)));
          for (const outcome of outcomes) {
            if (outcome.status === 'fulfilled') continue;
            refused += 1;
            if (!(outcome.reason instanceof CodedError)) throw outcome.reason;
            expect(expected).toContain(outcome.reason.code);
          }
          const after = await world.alive();
          check(after);
          // Nobody who was there is gone, unless somebody was removed.
          if (round.every(({ call: one }) => one.do !== 'remove')) {
            const keys = new Set(after.flatMap((user) => user.identities));
            const lasting = before.flatMap((user) => user.identities).filter((key) => !key.startsWith('e:'));
            for (const key of lasting) expect(keys).toContain(key);
          }
        }
        merges += (await world.alive()).filter(({ mergedFrom }) => mergedFrom).length;

        const lived = await world.documents();
        if (lived.length === 0) return;
        await services.store.db.collection(usersCollection).deleteMany({ workspaceId: lived[0]!.workspaceId });
        const reborn = new UserService(services);
        await reborn.catchUp(world.viewer.workspaceId);
        expect(await world.documents()).toEqual(lived);

        // Who follows people by any of their names knows from the log alone whom these mean.
        const names = [address(0), address(1), 'person 0', 'PERSON 3', ...world.ids.slice(1, 3)];
        const asOwner = viewerOf(world.viewer.workspaceId, { userId: world.ids[0], scopes: ['activity_log:read:own'] });
        for (const who of [world.viewer, ...(world.ids.length > 0 ? [asOwner] : [])]) {
          const asked = { users: names };
          expect(meant(await world.followed(who, asked))).toEqual(meant(await services.logs.resolveFilter(who, asked)));
        }

        // Taken apart, everybody is a person again, with what they came with.
        for (const user of await world.alive()) {
          for (const part of user.mergedFrom ?? []) {
            const { node } = await reborn.unmerge(world.viewer, { userId: part.id });
            expect(node.identities).toEqual(expect.arrayContaining([...part.identities]));
          }
        }
        const apart = await world.alive();
        check(apart);
        expect(apart.every((user) => user.mergedFrom === undefined)).toBe(true);
      },
    ),
    { numRuns: Number(process.env.PEOPLE_RUNS ?? 40), endOnFailure: true },
  );
  expect(refused).toBeGreaterThan(0);
  expect(merges).toBeGreaterThan(0);
}, 120_000);
