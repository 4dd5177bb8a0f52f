import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { Sealing } from '../../src/base/sealing.js';
import { UpstreamError } from '../../src/ingest/upstream-error.js';
import { maxSources, SourceService } from '../../src/services/sources.js';
import { SourceStates } from '../../src/store/source-states.js';
import { Sources } from '../../src/store/sources.js';
import { TestClock } from '../auth/support.js';
import { openTestServices, type TestServices, viewerOf } from '../support/services.js';
import { descriptions, FakePuller, noteState } from '../support/sources.js';

const sealing = new Sealing('the key of now, of more than thirty-two characters');
const clock = new TestClock();
let base: TestServices;
let store: Sources;
let puller: FakePuller;
let states: SourceStates;
let service: SourceService;
beforeAll(async () => {
  base = await openTestServices();
  store = new Sources(base.store, sealing);
  puller = new FakePuller();
  states = new SourceStates(base.store);
  service = new SourceService({
    sources: store,
    sourceStates: states,
    sourcePuller: puller,
    sourceDescriptions: descriptions,
    sourceOrigins: ['http://emulator.internal:4001'],
    reader: base.reader,
    clock,
  });
});

const somewhere = async () => viewerOf(await base.workspace());
const thrive = (over: object = {}) => ({
  system: 'THRIVE' as const,
  name: 'Academy',
  settings: { tenant: 'acme' },
  secrets: [{ name: 'clientSecret', value: 'very secret' }],
  ...over,
});
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (cause) => cause,
  );
  return error && { code: error.code, field: error.field, message: error.message };
};

describe('connecting a source', () => {
  it('fills in what was left out, and has it read at once', async () => {
    const viewer = await somewhere();
    const { source: view, cursor } = await service.connect(viewer, thrive());
    expect(cursor).toEqual(expect.any(String));
    expect(view).toMatchObject({
      status: 'NEW',
      receives: true,
      source: {
        baseUrl: 'https://thrive.example',
        settings: { tenant: 'acme', pageSize: 100 },
        secretNames: ['clientSecret'],
        everyMs: 60_000,
        isPaused: false,
        writesThrough: false,
        version: 1,
      },
    });
    expect(puller.woken).toContain(view.source.id);
    expect(await service.list(viewer)).toEqual([view]);
    expect(JSON.stringify(view)).not.toContain('very secret');
    expect(await store.open(view.source)).toEqual({ clientSecret: 'very secret' });
  });

  it.each([
    ['input.system', { system: 'POSTHOG' }],
    ['input.name', { name: ' ' }],
    ['input.settings', { settings: ['acme'] }],
    ['input.settings.tenant', { settings: {} }],
    ['input.settings.pageSize', { settings: { tenant: 'acme', pageSize: 0 } }],
    ['input.settings.tennant', { settings: { tenant: 'acme', tennant: 'acme' } }],
    ['input.settings.tenant', { settings: { tenant: '\ud800' } }],
    ['input.secrets', { secrets: [] }],
    ['input.secrets[0].name', { secrets: [{ name: 'password', value: 'x' }] }],
    ['input.secrets[0].value', { secrets: [{ name: 'clientSecret', value: ' hunter2' }] }],
    ['input.secrets[0].value', { secrets: [{ name: 'clientSecret', value: '' }] }],
    ['input.secrets[1].name', { secrets: Array(2).fill({ name: 'clientSecret', value: 'hunter2' }) }],
    ['input.everySeconds', { everySeconds: 0 }],
    ['input.everySeconds', { everySeconds: 86_401 }],
    ['input.writeThrough', { writeThrough: true }],
    [
      'input.acceptUnsigned',
      { system: 'TIKMATRIX', baseUrl: 'http://127.0.0.1:1', acceptUnsigned: true, settings: {}, secrets: [] },
    ],
    ['input.baseUrl', { system: 'TIKMATRIX', settings: {}, secrets: [] }],
  ])('refuses a wrong %s: %j', async (field, over) => {
    const refused = await refusal(service.connect(await somewhere(), thrive(over) as never));
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect(refused.message).not.toContain('hunter2');
  });

  it.each([
    'ftp://thrive.example',
    'javascript:alert(1)',
    'thrive.example',
    'https://',
    'http://thrive.example',
    'http://10.0.0.1',
    'http://emulator.internal:4002',
    'https://user@thrive.example',
    'https://user:password@thrive.example',
    'https://thrive.example/#part',
    'https://thrive.example/?key=1',
    'https://thrive.example/a b',
    'https:\\\\thrive.example',
    ' https://thrive.example',
    'https://thrive.example\n',
    `https://thrive.example/${'x'.repeat(2000)}`,
  ])('refuses the address %s', async (baseUrl) => {
    const refused = await refusal(service.connect(await somewhere(), thrive({ baseUrl })));
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.baseUrl' });
  });

  it.each([
    ['https://Thrive.Example/rest/v1/', 'https://thrive.example/rest/v1'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://localhost:4010/', 'http://localhost:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
    ['http://emulator.internal:4001/x', 'http://emulator.internal:4001/x'],
  ])('takes the address %s', async (baseUrl, kept) => {
    const { source } = await service.connect(await somewhere(), thrive({ baseUrl }));
    expect(source.source.baseUrl).toBe(kept);
  });

  it('goes no further than so many', async () => {
    const viewer = await somewhere();
    const one = (n: number) => service.connect(viewer, thrive({ name: `Academy ${n}`, paused: true }));
    for (let n = 0; n < maxSources; n += 1) await one(n);
    expect(await refusal(one(maxSources))).toMatchObject({ code: 'TOO_LARGE', field: 'input' });
  });
});

describe('changing a source', () => {
  it('keeps what it does not name, and erases secrets that were for another origin', async () => {
    const viewer = await somewhere();
    const { source } = await service.connect(viewer, thrive());
    const { id } = source.source;
    clock.advance(1000);
    const renamed = (await service.update(viewer, { id, name: 'School', everySeconds: 5 })).source.source;
    expect(renamed).toEqual({
      ...source.source,
      name: 'School',
      everyMs: 5000,
      version: 2,
      updatedAt: clock.now(),
    });
    const moved = (await service.update(viewer, { id, baseUrl: 'https://elsewhere.example' })).source.source;
    expect(moved.secretNames).toEqual([]);
    const secrets = [{ name: 'clientSecret', value: 'another' }];
    const back = (await service.update(viewer, { id, baseUrl: 'https://thrive.example', secrets })).source.source;
    expect(await store.open(back)).toEqual({ clientSecret: 'another' });
    expect(puller.woken.filter((woken) => woken === id)).toHaveLength(4);
  });

  it.each([
    ['another address', { baseUrl: 'https://elsewhere.example' }, undefined],
    ['other settings', { settings: { tenant: 'other' } }, undefined],
    [
      'the same address and settings',
      { baseUrl: 'https://thrive.example', settings: { tenant: 'acme' } },
      '{"page":7}',
    ],
    ['another name', { name: 'School' }, '{"page":7}'],
  ])('to %s reads on or anew, and before it is woken', async (_what, change, checkpoint) => {
    const viewer = await somewhere();
    const { source } = (await service.connect(viewer, thrive())).source;
    const coveredUntil = clock.now();
    await noteState(base.store, source, { checkpoint: '{"page":7}', coveredUntil });
    const readFrom: unknown[] = [];
    puller.onWake = async () =>
      void readFrom.push((await states.byIds(viewer.workspaceId, [source.id]))[0]?.checkpoint);
    await service.update(viewer, { id: source.id, ...change });
    puller.onWake = undefined;
    expect(readFrom).toEqual([checkpoint]);
    const [state] = await states.byIds(viewer.workspaceId, [source.id]);
    expect(state!.coveredUntil).toEqual(checkpoint && coveredUntil);
  });

  it('is a CONFLICT where it was changed since the version that is named', async () => {
    const viewer = await somewhere();
    const { id } = (await service.connect(viewer, thrive())).source.source;
    await service.update(viewer, { id, version: 1, name: 'First' });
    expect(await refusal(service.update(viewer, { id, version: 1, name: 'Second' }))).toMatchObject({
      code: 'CONFLICT',
      field: 'input.version',
    });
    expect((await service.get(viewer, id))?.source.name).toBe('First');
  });

  it('loses nothing of two changes at the same time', async () => {
    const viewer = await somewhere();
    const { id } = (await service.connect(viewer, thrive())).source.source;
    await Promise.all([
      service.update(viewer, { id, name: 'Renamed' }),
      service.update(viewer, { id, everySeconds: 7 }),
      service.replaceSecret(viewer, id, 'webhookSecret', 'signs'),
    ]);
    const { source } = (await service.get(viewer, id))!;
    expect(source).toMatchObject({ name: 'Renamed', everyMs: 7000, version: 4 });
    expect(await store.open(source)).toEqual({ clientSecret: 'very secret', webhookSecret: 'signs' });
  });

  it('names the argument where a secret is wrong', async () => {
    const viewer = await somewhere();
    const { id } = (await service.connect(viewer, thrive())).source.source;
    expect(await refusal(service.replaceSecret(viewer, id, 'password', 'hunter2'))).toMatchObject({ field: 'name' });
    expect(await refusal(service.replaceSecret(viewer, id, 'clientSecret', ''))).toMatchObject({ field: 'value' });
  });

  it('pauses and resumes, each any number of times', async () => {
    const viewer = await somewhere();
    const { id } = (await service.connect(viewer, thrive())).source.source;
    expect((await service.pause(viewer, id)).source).toMatchObject({ status: 'PAUSED', source: { version: 2 } });
    expect((await service.pause(viewer, id)).source).toMatchObject({ status: 'PAUSED', source: { version: 2 } });
    expect(await refusal(service.syncNow(viewer, id))).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
    const wakes = puller.woken.length;
    expect((await service.resume(viewer, id)).source).toMatchObject({ status: 'NEW', source: { version: 3 } });
    await service.syncNow(viewer, id);
    expect(puller.woken.slice(wakes)).toEqual([id, id]);
  });

  it('removes it, and then it does not exist', async () => {
    const viewer = await somewhere();
    const { id } = (await service.connect(viewer, thrive())).source.source;
    expect(await service.remove(viewer, id)).toMatchObject({ deletedId: id });
    expect(await service.get(viewer, id)).toBeUndefined();
    expect(await service.list(viewer)).toEqual([]);
    for (const again of [
      () => service.remove(viewer, id),
      () => service.pause(viewer, id),
      () => service.test(viewer, id),
    ]) {
      expect(await refusal(again())).toMatchObject({ code: 'NOT_FOUND', field: 'id' });
    }
  });
});

describe('how a source stands', () => {
  it('is what its last readings came to', async () => {
    const viewer = await somewhere();
    const { source } = (await service.connect(viewer, thrive())).source;
    const { id } = source;
    const statusNow = async () => (await service.get(viewer, id))?.status;
    const ago = (ms: number) => new Date(clock.now().getTime() - ms);
    const fault = { kind: 'UNREACHABLE' as const, message: 'Nobody answers', at: clock.now() };

    await noteState(base.store, source, { coveredUntil: ago(60_000) });
    expect(await service.get(viewer, id)).toMatchObject({ status: 'CURRENT', lagMs: 60_000, isStale: false });
    await noteState(base.store, source, { coveredUntil: ago(181_000) });
    expect(await service.get(viewer, id)).toMatchObject({ status: 'BEHIND', isStale: true });
    await noteState(base.store, source, { coveredUntil: ago(1000), fault, failures: 1 });
    expect(await statusNow()).toBe('CURRENT');
    await noteState(base.store, source, { coveredUntil: ago(1000), fault, failures: 3 });
    expect(await statusNow()).toBe('FAILING');
    await noteState(base.store, source, { coveredUntil: ago(1000), fault: { ...fault, kind: 'REFUSED' }, failures: 1 });
    expect(await statusNow()).toBe('FAILING');
    await noteState(base.store, source, { fault: null, backfill: { from: ago(1000), to: ago(0), at: ago(500) } });
    expect(await statusNow()).toBe('BACKFILLING');
  });

  it('makes lists stale that ask for its system', async () => {
    const viewer = await somewhere();
    const { source } = (await service.connect(viewer, thrive())).source;
    const baseUrl = 'http://127.0.0.1:1';
    const other = (await service.connect(viewer, { system: 'TIKMATRIX', name: 'Phones', baseUrl })).source.source;
    const staleOf = async (systems?: ('THRIVE' | 'TIKMATRIX' | 'GATEWAY')[] | null) =>
      (await service.stale(viewer, systems)).map((view) => view.source.id);
    expect(await staleOf()).toEqual([source.id, other.id]);
    expect(await staleOf(null)).toEqual([source.id, other.id]);
    expect(await staleOf(['THRIVE', 'GATEWAY'])).toEqual([source.id]);
    expect(await staleOf([])).toEqual([]);
    await noteState(base.store, source, { coveredUntil: clock.now() });
    expect(await staleOf()).toEqual([other.id]);
  });

  it('is found out by a test, in plain words', async () => {
    const viewer = await somewhere();
    const { source } = (await service.connect(viewer, thrive())).source;
    expect((await service.test(viewer, source.id)).fault).toBeUndefined();
    puller.fault = new UpstreamError('REFUSED', 'Thrive does not accept the client secret');
    expect((await service.test(viewer, source.id)).fault).toEqual({
      kind: 'REFUSED',
      message: 'Thrive does not accept the client secret',
      at: clock.now(),
    });
    puller.fault = Object.assign(new Error('of ours'), { kind: 'toString' }) as never;
    await expect(service.test(viewer, source.id)).rejects.toThrow('of ours');
    puller.fault = undefined;
  });
});

describe('who may do what with sources', () => {
  it('shows them to source:read and changes them for source:write, each without the other', async () => {
    const workspaceId = await base.workspace();
    const admin = viewerOf(workspaceId);
    const { id } = (await service.connect(admin, thrive())).source.source;
    const reader = viewerOf(workspaceId, { scopes: ['source:read'] });
    const writer = viewerOf(workspaceId, { scopes: ['source:write'] });
    const reads = [
      (who: typeof reader) => service.list(who),
      (who: typeof reader) => service.get(who, id),
      (who: typeof reader) => service.stale(who),
      async (who: typeof reader) => service.systems(who),
    ];
    const writes = [
      (who: typeof reader) => service.connect(who, thrive({ name: newId() })),
      (who: typeof reader) => service.update(who, { id }),
      (who: typeof reader) => service.replaceSecret(who, id, 'clientSecret', 'x'),
      (who: typeof reader) => service.test(who, id),
      (who: typeof reader) => service.pause(who, id),
      (who: typeof reader) => service.resume(who, id),
      (who: typeof reader) => service.syncNow(who, id),
      (who: typeof reader) => service.remove(who, id),
    ];
    for (const read of reads) {
      expect(await refusal(read(reader))).toBeUndefined();
      expect(await refusal(read(writer))).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringMatching('source:read'),
      });
    }
    for (const write of writes) {
      expect(await refusal(write(reader))).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringMatching('source:write'),
      });
      expect(await refusal(write(writer))).toBeUndefined();
    }
  });
});
