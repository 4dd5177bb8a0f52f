import { ObjectId } from 'mongodb';
import { beforeAll, expect, it } from 'vitest';
import { type Id, newId } from '../../src/base/ids.js';
import { emailIdentity, userIdentity } from '../../src/model/identity.js';
import { UserErasureService } from '../../src/services/user-erasure.js';
import { UserService } from '../../src/services/users.js';
import { ControlEntries } from '../../src/store/control-entries.js';
import { Notifications } from '../../src/store/notifications.js';
import { PersonTexts } from '../../src/store/person-texts.js';
import { RunEntries } from '../../src/store/run-entries.js';
import { UserErasures } from '../../src/store/user-erasures.js';
import { entryDraft, openTestServices, type TestServices, viewerOf } from '../support/services.js';

let services: TestServices;
beforeAll(async () => {
  services = await openTestServices();
});

/** Stands for the moment at which a process was killed. */
class Killed extends Error {}

/** Whatever it is asked to write, counted; at the last of `most` the process dies before or after. */
class Life {
  writes = 0;

  constructor(
    private readonly most: number,
    private readonly isBefore: boolean,
  ) {}

  of<T extends object>(target: T): T {
    const isWrite = /^(append|begin|finish|claim|erase|rewrite|write)/;
    return new Proxy(target, {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== 'function') return member;
        if (!isWrite.test(String(name))) return member.bind(object);
        return async (...args: unknown[]) => {
          this.writes += 1;
          if (this.writes > this.most) throw new Killed();
          if (this.writes === this.most && this.isBefore) throw new Killed();
          const result = await member.apply(object, args);
          if (this.writes === this.most) throw new Killed();
          return result;
        };
      },
    });
  }
}

function erasureIn(life: Life): UserErasureService {
  const { store } = services;
  const parts = { ...services, users: life.of(services.users), writer: life.of(services.writer) };
  return new UserErasureService({
    ...parts,
    history: new UserService(parts).history,
    erasures: life.of(new UserErasures(store)),
    texts: life.of(new PersonTexts(store)),
    controls: new ControlEntries(store),
    notifications: new Notifications(store),
    runEntries: new RunEntries(store),
    onBegun: () => {},
  });
}

const everything = (workspaceId: Id) =>
  services.log.logs.readAfter(workspaceId, 0, 1000).then((documents) => JSON.stringify(documents));

it('is finished by whoever comes next, whenever a process dies, and the users are as the log says', async () => {
  for (const isBefore of [true, false]) {
    for (let most = 1; ; most += 1) {
      const workspaceId = newId();
      const viewer = viewerOf(workspaceId);
      const { node } = await services.userService.create(viewer, {
        name: 'Carolina Quandt',
        email: 'caro@quandt.example',
      });
      await services.userService.update(viewer, { id: node.id, username: 'cquandt' });
      const keys = [userIdentity(node.id), emailIdentity('caro@quandt.example')];
      const drafts = keys.map((key) =>
        entryDraft({ actor: { kind: 'USER', key, name: 'Carolina Quandt' }, native: '{"by":"Carolina"}' }),
      );
      await services.writer.appendEach(workspaceId, drafts);
      const life = new Life(most, isBefore);
      const dying = erasureIn(life);
      const begun = await dying.begin(viewer, node.id).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      if (begun) await dying.sweep(workspaceId).catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
      const isWhole = life.writes < most;
      const reborn = erasureIn(new Life(Number.POSITIVE_INFINITY, false));
      await reborn.sweep(workspaceId);
      // What died before it was recorded was never begun.
      const state = (await reborn.find(viewer, node.id))?.state;
      if (state === undefined) {
        expect(begun).toBeUndefined();
        await reborn.begin(viewer, node.id);
        await reborn.sweep(workspaceId);
      }
      expect(await reborn.find(viewer, node.id)).toMatchObject({ state: 'DONE' });
      expect(await everything(workspaceId)).not.toMatch(/quandt|carolina/i);
      const user = (await services.users.byIds(workspaceId, [node.id]))[0]!;
      expect(user).toMatchObject({
        name: 'Erased user',
        identities: [userIdentity(node.id)],
        erasedAt: expect.any(Date),
      });
      await services.store.db.collection('users').deleteMany({ workspaceId: new ObjectId(workspaceId) });
      await new UserService(services).catchUp(workspaceId);
      expect((await services.users.byIds(workspaceId, [node.id]))[0]).toEqual(user);
      if (isWhole) break;
    }
  }
}, 120_000);
