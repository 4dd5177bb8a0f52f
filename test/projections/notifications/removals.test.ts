import { expect, it } from 'vitest';
import { type Id, newId } from '../../../src/base/ids.js';
import type { ActivityLog } from '../../../src/model/activity-log.js';
import { userIdentity } from '../../../src/model/identity.js';
import { encodeChange } from '../../../src/model/noun-change.js';
import type { User } from '../../../src/model/user.js';
import { mergedUser } from '../../../src/services/users/merging.js';
import { entryDraft } from '../../support/services.js';
import { openTestStore } from '../../support/store.js';
import { World } from './world.js';

const store = await openTestStore();

/** A log of a few people, and what is folded of it by one process at one go. */
class Story {
  readonly world = new World(store);

  async people(count: number): Promise<User[]> {
    const all = Array.from({ length: count }, () => this.#user(newId()));
    await this.set(all);
    return all;
  }

  async set(all: readonly User[]): Promise<void> {
    const set = all.map(({ workspaceId: _workspace, seq: _seq, ...state }) => state);
    await this.control('user', all[0]!.id, encodeChange({ set, removed: [], at: new Date(0) }));
  }

  async control(noun: string, subjectId: Id, payload: string): Promise<void> {
    const control = { noun, change: 'changed', subjectId, payload };
    await this.world.write([{ draft: { kind: 'control', id: newId(), control } }]);
  }

  async does({ id }: User, objectId: string, over: Partial<ActivityLog> = {}): Promise<Id> {
    const draft = entryDraft({
      ...{ source: 'POSTHOG', connectionId: 'c', action: 'updated', actionClass: 'UPDATED', occurredAtMicros: 0 },
      ...{ object: { type: 'Insight', id: objectId }, actor: { kind: 'USER', key: userIdentity(id) } },
      ...over,
    });
    await this.world.write([{ draft }]);
    return draft.id;
  }

  async fold(): Promise<(userId: Id) => Promise<string[]>> {
    const { world } = this;
    const fold = await world.open(1, 0);
    await fold.apply(await world.records(), world.end);
    return async (userId) => (await world.shown(1, userId)).list.map(({ reasons }) => reasons.join());
  }

  async foldOn(from: number): Promise<void> {
    const { world } = this;
    const fold = await world.open(1, from);
    await fold.apply(await world.records(from), world.end);
  }

  #user(id: Id): User {
    const { workspaceId } = this.world;
    const at = { seq: 0, createdAt: new Date(0), updatedAt: new Date(0) };
    return { id, workspaceId, name: 'x', identities: [userIdentity(id)], ...at };
  }
}

it('takes an entry along from both parts of one who was told of it twice', async () => {
  const story = new Story();
  const [ann, ben, cid] = (await story.people(3)) as [User, User, User];
  const target = { kind: 'user', userId: cid.id };
  for (const { id } of [ann, ben]) {
    await story.control('follow', id, JSON.stringify({ target, following: true, atMs: 0 }));
  }
  // Enough that of some the one part comes first, and of some the other.
  const done: Id[] = [];
  for (let n = 0; n < 12; n += 1) done.push(await story.does(cid, `i${n}`));
  await story.set([{ ...mergedUser(ben, ann, new Date(0)), workspaceId: story.world.workspaceId, seq: 0 }]);
  const shownTo = await story.fold();
  expect(await shownTo(ben.id)).toHaveLength(12);
  const from = story.world.end;
  await story.world.write(done.map((remove) => ({ remove })));
  await story.foldOn(from);
  expect(await shownTo(ben.id)).toEqual([]);
});

it('takes along what several were told for what they had changed, where all of that goes at once', async () => {
  const story = new Story();
  const [ann, ben, cid] = (await story.people(3)) as [User, User, User];
  const changes = [await story.does(ann, 'i'), await story.does(ben, 'i')];
  await story.does(cid, 'i');
  const shownTo = await story.fold();
  expect([await shownTo(ann.id), await shownTo(ben.id)]).toEqual([['EDITOR', 'EDITOR'], ['EDITOR']]);
  const from = story.world.end;
  await story.world.write(changes.map((remove) => ({ remove })));
  await story.foldOn(from);
  expect([await shownTo(ann.id), await shownTo(ben.id)]).toEqual([[], []]);
});
