import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/base/ids.js';
import { emailIdentity, nativeIdentity, userIdentity } from '../../src/model/identity.js';
import type { SourceSystem } from '../../src/model/source-system.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { NamedPerson } from '../../src/services/users/recognition.js';
import { openServices, openTestServices, viewerOf } from '../support/services.js';
import { openTestStore } from '../support/store.js';

const services = await openTestServices();
const elsewhere = openServices(services.store);

const freshViewer = async (): Promise<Viewer> => {
  const viewer = viewerOf(await services.workspace());
  await elsewhere.log.feeds.open(viewer.workspaceId);
  return viewer;
};
interface Seen extends Partial<Omit<NamedPerson, 'key'>> {
  source?: SourceSystem;
  connectionId?: string;
  nativeId: string;
}
const seen = ({ source = 'THRIVE', connectionId = 'c1', nativeId, ...rest }: Seen): NamedPerson => ({
  key: nativeIdentity(source, connectionId, nativeId),
  isEmailVerified: true,
  ...rest,
});
/** The ids of the users that people are. */
const idsOf = async (who: Viewer, people: readonly NamedPerson[]) => {
  const keys = people.map(({ key }) => key.toWellFormed());
  return (await services.userService.byIdentity(who, keys)).map((user) => user?.id);
};
const recognise = async (who: Viewer, ...people: NamedPerson[]) => {
  await services.userService.recognise(who.workspaceId, people);
  return idsOf(who, people);
};
const get = async (who: Viewer, id: Id | undefined) => (await services.userService.get(who, { id }))!;
const all = async (who: Viewer) =>
  (await services.userService.list(who, { page: { first: 1000 } })).items.map(({ node }) => node);
const end = async (who: Viewer) => (await services.log.states.read(who.workspaceId))!.seq;

describe('recognising who acted', () => {
  it('makes a user of each, as far as the source tells', async () => {
    const who = await freshViewer();
    const ids = await recognise(
      who,
      seen({ nativeId: '1', name: ' Ann Lee ', email: 'Ann@x.org', username: 'ann' }),
      seen({ nativeId: '2', email: 'ben@x.org', isEmailVerified: false }),
      seen({ nativeId: '3', username: 'cid' }),
      seen({ nativeId: '4' }),
      seen({ nativeId: '5', name: 'a\ud800b', email: 'not an email', username: `${'x'.repeat(199)}😀` }),
    );
    expect(new Set(ids).size).toBe(5);
    const users = await Promise.all(ids.map((id) => get(who, id)));
    expect(users.map(({ name, email }) => [name, email])).toEqual([
      ['Ann Lee', 'Ann@x.org'],
      ['ben@x.org', undefined],
      ['cid', undefined],
      ['4', undefined],
      ['a\ufffdb', undefined],
    ]);
    expect(users[0]!.identities).toEqual([
      userIdentity(ids[0]!),
      emailIdentity('ann@x.org'),
      nativeIdentity('THRIVE', 'c1', '1'),
    ]);
    expect(users[1]!.identities).toEqual([userIdentity(ids[1]!), nativeIdentity('THRIVE', 'c1', '2')]);
    expect(users[4]!.username).toBe('x'.repeat(199));
    expect(await all(who)).toHaveLength(5);
  });

  it('finds people by the id of the source first, then by verified email, across systems', async () => {
    const who = await freshViewer();
    const { node: ann } = await services.userService.create(who, { name: 'Ann', email: 'ann@x.org' });
    const posthog = seen({ source: 'POSTHOG', nativeId: '77', email: 'ANN@x.org', name: 'A. Lee' });
    expect(await recognise(who, seen({ nativeId: '1', email: 'ann@x.org' }), posthog)).toEqual([ann.id, ann.id]);
    const joined = await get(who, ann.id);
    expect(joined.name).toBe('Ann');
    expect(joined.identities).toEqual([
      ...ann.identities,
      nativeIdentity('THRIVE', 'c1', '1'),
      nativeIdentity('POSTHOG', 'c1', '77'),
    ]);
    // By the same id elsewhere, or with an email that is not vouched for, it is somebody else.
    const others = await recognise(
      who,
      seen({ connectionId: 'c2', nativeId: '1' }),
      seen({ source: 'AWORLD', nativeId: '5', email: 'ann@x.org', isEmailVerified: false }),
    );
    expect(new Set([...others, ann.id]).size).toBe(3);
    expect(await recognise(who, { ...posthog, email: undefined })).toEqual([ann.id]);
    expect((await get(who, others[1])).email).toBeUndefined();
    // What a caller says of an entry joins nobody, either.
    const entry = { action: 'x', userEmail: 'typed@x.org' };
    await services.logs.create(who, entry);
    expect(await all(who)).toHaveLength(3);
  });

  it('never makes one of two who are known, whatever email a source gives', async () => {
    const who = await freshViewer();
    const [ann, ben] = await recognise(
      who,
      seen({ nativeId: '1', email: 'ann@x.org' }),
      seen({ nativeId: '2', email: 'ben@x.org' }),
    );
    expect(await recognise(who, seen({ nativeId: '2', email: 'ann@x.org' }))).toEqual([ben]);
    expect(await get(who, ann)).toMatchObject({ email: 'ann@x.org' });
    const left = await get(who, ben);
    expect(left.email).toBeUndefined();
    expect(left.identities).toEqual([userIdentity(ben!), nativeIdentity('THRIVE', 'c1', '2')]);
    // Once both are merged by hand, it is theirs.
    await services.userService.merge(who, { userId: ben!, intoUserId: ann! });
    expect(await recognise(who, seen({ nativeId: '2', email: 'ann@x.org' }))).toEqual([ann]);
  });

  it('moves an email that its source changes, so that who gets the old address is somebody new', async () => {
    const who = await freshViewer();
    const [ann] = await recognise(who, seen({ nativeId: '1', name: 'Ann', email: 'info@x.org' }));
    expect(
      await recognise(who, seen({ nativeId: '1', email: 'ann@x.org' }), seen({ nativeId: '2', email: 'info@x.org' })),
    ).toEqual([ann, expect.not.stringMatching(ann!)]);
    const moved = await get(who, ann);
    expect(moved).toMatchObject({ name: 'Ann', email: 'ann@x.org' });
    expect(moved.identities).not.toContain(emailIdentity('info@x.org'));
    // Another source vouches for the same address: now both must let go of it.
    await recognise(who, seen({ source: 'POSTHOG', nativeId: '9', email: 'ann@x.org' }));
    await recognise(who, seen({ nativeId: '1', email: 'ann@new.org' }));
    expect((await get(who, ann)).identities).toEqual(
      expect.arrayContaining([emailIdentity('ann@x.org'), emailIdentity('ann@new.org')]),
    );
    await recognise(who, seen({ source: 'POSTHOG', nativeId: '9', email: 'ann@new.org' }));
    expect((await get(who, ann)).identities).not.toContain(emailIdentity('ann@x.org'));
    expect((await get(who, ann)).email).toBe('ann@new.org');
  });

  it('takes no email away that was given by hand', async () => {
    const who = await freshViewer();
    const { node: ann } = await services.userService.create(who, { name: 'Ann', email: 'ann@x.org' });
    await recognise(who, seen({ nativeId: '1', email: 'ann@x.org' }));
    await recognise(who, seen({ nativeId: '1', email: 'other@x.org' }));
    await recognise(who, seen({ nativeId: '1', email: 'third@x.org' }));
    const user = await get(who, ann.id);
    expect(user.email).toBe('ann@x.org');
    expect(user.identities).toContain(emailIdentity('ann@x.org'));
    expect(user.identities).toContain(emailIdentity('third@x.org'));
    expect(user.identities).not.toContain(emailIdentity('other@x.org'));
  });

  it('gives an email that moved to whom it belongs, when merged people are taken apart', async () => {
    const who = await freshViewer();
    const [ann, ben] = await recognise(
      who,
      seen({ nativeId: '1', email: 'ann@x.org' }),
      seen({ nativeId: '2', email: 'ben@x.org' }),
    );
    await services.userService.merge(who, { userId: ann!, intoUserId: ben! });
    expect(await recognise(who, seen({ nativeId: '1', email: 'ann@new.org' }))).toEqual([ben]);
    const { node, survivor } = await services.userService.unmerge(who, { userId: ann! });
    expect(node).toMatchObject({ id: ann, email: 'ann@new.org' });
    expect([...node.identities].sort()).toEqual(
      [userIdentity(ann!), nativeIdentity('THRIVE', 'c1', '1'), emailIdentity('ann@new.org')].sort(),
    );
    expect(survivor).toMatchObject({ id: ben, email: 'ben@x.org' });
    // And it still moves.
    await recognise(who, seen({ nativeId: '1', email: 'ann@x.org' }));
    expect((await get(who, ann)).email).toBe('ann@x.org');
  });

  it('lets a name take the place of a stopgap, and no other', async () => {
    const who = await freshViewer();
    const [id] = await recognise(who, seen({ nativeId: '1' }));
    await recognise(who, seen({ nativeId: '1', name: 'Ann Lee', username: 'ann' }));
    await recognise(who, seen({ nativeId: '1', name: 'Somebody else', username: 'other' }));
    expect(await get(who, id)).toMatchObject({ name: 'Ann Lee', username: 'ann' });
  });

  it('changes nothing the second time, and says nothing of it in the log', async () => {
    const who = await freshViewer();
    const people = [
      seen({ nativeId: '1', email: 'ann@x.org', name: 'Ann' }),
      seen({ source: 'AWORLD', nativeId: 'a', email: 'ann@x.org', username: 'ann' }),
      seen({ nativeId: '1', email: 'ann@x.org', name: 'Ann' }),
    ];
    const first = await recognise(who, ...people);
    expect(new Set(first).size).toBe(1);
    const before = await end(who);
    await elsewhere.userService.recognise(who.workspaceId, people);
    expect(await idsOf(who, people)).toEqual(first);
    expect(await end(who)).toBe(before);
    expect((await get(who, first[0])).seq).toBe(before);
  });

  it('takes ids as the store keeps them', async () => {
    const who = await freshViewer();
    const ids = await recognise(
      who,
      seen({ nativeId: 'a\ud800' }),
      seen({ nativeId: 'a\ud801' }),
      seen({ nativeId: 'b' }),
    );
    expect(new Set(ids).size).toBe(2);
    expect(await all(who)).toHaveLength(2);
  });

  it('takes any number of people, a thousand for each entry of the log', async () => {
    const who = await freshViewer();
    const before = await end(who);
    const people = Array.from({ length: 1001 }, (_, n) => seen({ nativeId: String(n) }));
    expect(new Set(await recognise(who, ...people)).size).toBe(1001);
    expect(await end(who)).toBe(before + 2);
  });
});

describe('a batch of rows', () => {
  it('costs the same number of calls whatever its size: one where everybody is known', async () => {
    const store = await openTestStore({ monitorCommands: true, database: services.store.db.databaseName });
    const watched = openServices(store);
    const commandsOf = async (who: Viewer, count: number) => {
      const people = Array.from({ length: 1000 }, (_, n) =>
        seen({ nativeId: String(n % count), email: `u${n % count}@x.org` }),
      );
      const sent: string[] = [];
      const note = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }) => {
        const isOfLogs = ['log_states', 'signals'].includes(String(command[commandName]));
        const isOfFeeds =
          commandName === 'find' && command.projection !== undefined && command.find === 'activity_logs';
        if (!isOfLogs && !isOfFeeds && !['serverStatus', 'getMore', 'hello', 'ping'].includes(commandName)) {
          sent.push(`${commandName} ${command[commandName]}`);
        }
      };
      store.db.client.on('commandStarted', note);
      await watched.userService.recognise(who.workspaceId, people);
      store.db.client.off('commandStarted', note);
      expect(new Set(await idsOf(who, people)).size).toBe(count);
      return sent.filter((command) => !command.startsWith('find activity_logs'));
    };
    const [few, many] = [await freshViewer(), await freshViewer()];
    const first = await commandsOf(few, 3);
    const before = await end(many);
    expect(await commandsOf(many, 300)).toEqual(first);
    expect(await end(many)).toBe(before + 1);
    expect(first.length).toBeLessThanOrEqual(9);
    expect(await commandsOf(many, 300)).toEqual(['find users']);
  });

  it('is safe in two processes at once: nobody twice', async () => {
    const who = await freshViewer();
    const both = [services.userService, elsewhere.userService];
    const people = (source: 'THRIVE' | 'AWORLD') =>
      Array.from({ length: 50 }, (_, n) => seen({ source, nativeId: String(n), email: `u${n}@x.org` }));
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        both[n % 2]!.recognise(who.workspaceId, people(n % 4 < 2 ? 'THRIVE' : 'AWORLD')),
      ),
    );
    const users = await all(who);
    expect(users).toHaveLength(50);
    for (const user of users) expect(user.identities).toHaveLength(4);
  });
});
