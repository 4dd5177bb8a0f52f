import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ActivityLogsWithStaleSourcesDocument,
  ConnectSourceDocument,
  PauseSourceDocument,
  RemoveSourceDocument,
  ReplaceSourceSecretDocument,
  ResumeSourceDocument,
  SourceByIdDocument,
  SourceSystemsDocument,
  SourcesDocument,
  SyncSourceDocument,
  TestSourceDocument,
  UpdateSourceDocument,
} from '../../schema/operations/operations.js';
import { newId } from '../../src/base/ids.js';
import { UpstreamError } from '../../src/ingest/upstream-error.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';
import { noteState, TestSystems, wakesOf } from '../support/sources.js';

const secrets = ['first-secret-of-thrive', 'second-secret-of-thrive', 'third-secret-of-thrive', 'refused-secret'];
const lines: string[] = [];
const systems = new TestSystems();
let gateway: TestGateway;
beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  gateway = await startGateway({ logger, connectors: systems.connectors, env: { PULL_SOURCES: '0' } });
});
afterAll(() => gateway.close());

const connect = async (over: object = {}) => {
  const input = {
    system: 'THRIVE' as const,
    name: `Academy ${newId()}`,
    settings: { tenant: 'acme' },
    secrets: [{ name: 'clientSecret', value: secrets[0]! }],
    ...over,
  };
  return (await gateway.data(ConnectSourceDocument, { input })).connectSource.source;
};
const note = (id: string, state: Parameters<typeof noteState>[2]) =>
  noteState(gateway.store, { id, workspaceId: gateway.home.id }, state);

describe('a source', () => {
  it('is connected, shown with how it stands, changed, paused, resumed, synced, tested and removed', async () => {
    const made = await connect({ name: 'Academy' });
    expect(made).toMatchObject({
      system: 'THRIVE',
      name: 'Academy',
      baseUrl: 'https://thrive.example',
      settings: { tenant: 'acme', pageSize: 100 },
      secretNames: ['clientSecret'],
      everySeconds: 60,
      paused: false,
      deliveryUrl: `/sources/${made.id}/deliveries`,
      status: 'NEW',
      version: 1,
    });
    const at = (ms: number) => new Date(Date.now() + ms);
    const fault = { kind: 'RATE_LIMITED' as const, message: 'Thrive asks for patience', at: at(-500) };
    const counts = { pages: 1, rows: 2, recorded: 3, duplicates: 4e9, conflicts: 5, rejected: 6, drifted: 7 };
    const backfill = { from: at(-4000), to: at(0), at: at(-1000) };
    const times = {
      lastAttemptAt: at(-500),
      lastSuccessAt: at(-9000),
      lastEntryAt: at(-9500),
      nextAttemptAt: at(5000),
    };
    const state = { ...times, coveredUntil: at(-8500), fault, failures: 1, counts, backfill, driftNames: ['mood'] };
    await note(made.id, state);
    const { source } = await gateway.data(SourceByIdDocument, { id: made.id });
    expect(source).toEqual({
      ...made,
      status: 'BACKFILLING',
      lag: expect.any(Number),
      coveredUntil: state.coveredUntil.toISOString(),
      lastAttemptAt: times.lastAttemptAt.toISOString(),
      lastSuccessAt: times.lastSuccessAt.toISOString(),
      lastEntryAt: times.lastEntryAt.toISOString(),
      nextAttemptAt: times.nextAttemptAt.toISOString(),
      fault: { ...fault, at: fault.at.toISOString() },
      backfill: {
        from: backfill.from.toISOString(),
        to: backfill.to.toISOString(),
        at: backfill.at.toISOString(),
        percent: 75,
      },
      counts,
      driftNames: ['mood'],
    });
    expect(source!.lag).toBeGreaterThanOrEqual(8);
    const listed = (await gateway.data(SourcesDocument)).sources;
    expect(listed).toContainEqual({ ...source, lag: expect.any(Number) });

    const { id } = made;
    const { updateSource } = await gateway.data(UpdateSourceDocument, {
      input: { id, name: 'School', everySeconds: 5 },
    });
    expect(updateSource.source).toMatchObject({ name: 'School', everySeconds: 5, version: 2 });
    const { pauseSource } = await gateway.data(PauseSourceDocument, { id });
    expect(pauseSource.source).toEqual({ id, paused: true, status: 'PAUSED', version: 3 });
    const { resumeSource } = await gateway.data(ResumeSourceDocument, { id });
    expect(resumeSource.source).toMatchObject({ paused: false, status: 'BACKFILLING' });
    const wakes = await wakesOf(gateway.store, id);
    await gateway.data(SyncSourceDocument, { id });
    expect(await wakesOf(gateway.store, id)).toBe(wakes + 1);
    expect((await gateway.data(TestSourceDocument, { id })).testSource).toMatchObject({ ok: true, fault: null });
    systems.fault = new UpstreamError('REFUSED', 'Thrive does not accept the client secret');
    expect((await gateway.data(TestSourceDocument, { id })).testSource).toMatchObject({
      ok: false,
      fault: { kind: 'REFUSED', message: 'Thrive does not accept the client secret' },
    });
    systems.fault = undefined;
    expect((await gateway.data(RemoveSourceDocument, { id })).removeSource.deletedId).toBe(id);
    expect((await gateway.data(SourceByIdDocument, { id })).source).toBeNull();
  });

  it('says what can be connected, and what that needs to be told', async () => {
    const { sourceSystems } = await gateway.data(SourceSystemsDocument);
    expect(sourceSystems.map(({ system, abilities }) => [system, abilities])).toEqual([
      ['THRIVE', ['PULL', 'RECEIVE']],
      ['TIKMATRIX', ['PULL', 'WRITE', 'DELETE']],
    ]);
    expect(sourceSystems[0]).toMatchObject({
      defaultBaseUrl: 'https://thrive.example',
      settingsSchema: {
        type: 'object',
        required: ['tenant'],
        properties: { tenant: { type: 'string', description: 'The tenant to read.' }, pageSize: { default: 100 } },
      },
      secrets: [
        { name: 'clientSecret', isRequired: true },
        { name: 'webhookSecret', isRequired: false },
      ],
    });
  });

  it('is refused by name and by system with CONFLICT, naming the field', async () => {
    const name = `Phones ${newId()}`;
    const phones = { system: 'TIKMATRIX' as const, baseUrl: 'http://127.0.0.1:1', settings: {}, secrets: [] };
    await connect({ ...phones, name, writeThrough: true });
    const faultOf = async (over: object) => {
      const input = { ...phones, name: newId(), ...over };
      const { errors } = await gateway.query(ConnectSourceDocument, { input });
      return errors![0]!.extensions;
    };
    expect(await faultOf({ name })).toMatchObject({ code: 'CONFLICT', field: 'input.name' });
    expect(await faultOf({ writeThrough: true })).toMatchObject({ code: 'CONFLICT', field: 'input.writeThrough' });
    expect(await faultOf({ settings: { tenannt: 1 } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.settings.tenannt',
    });
  });

  it('is for source:read to see and for source:write to change, also within a list of entries', async () => {
    const { id } = await connect();
    gateway.people.reader = await addKey(gateway.store, gateway.home.id, ['activity_log:read', 'source:read']);
    gateway.people.writer = await addKey(gateway.store, gateway.home.id, ['activity_log:read', 'source:write']);
    expect((await gateway.data(SourceByIdDocument, { id }, { as: 'reader' })).source?.id).toBe(id);
    await gateway.data(ActivityLogsWithStaleSourcesDocument, {}, { as: 'reader' });
    await gateway.data(PauseSourceDocument, { id }, { as: 'writer' });
    const refused = [
      await gateway.query(PauseSourceDocument, { id }, { as: 'reader' }),
      await gateway.query(SourceByIdDocument, { id }, { as: 'writer' }),
      await gateway.query(ActivityLogsWithStaleSourcesDocument, {}, { as: 'writer' }),
    ];
    for (const { errors } of refused) expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('a list of entries', () => {
  it('names the sources that it may lack something of', async () => {
    const fresh = await connect();
    const behind = await connect();
    const name = newId();
    const phones = await connect({
      system: 'TIKMATRIX',
      name,
      baseUrl: 'http://127.0.0.1:1',
      settings: {},
      secrets: [],
    });
    await note(fresh.id, { coveredUntil: new Date() });
    await note(behind.id, { coveredUntil: new Date(Date.now() - 3_600_000) });
    const staleOf = async (filter?: object) => {
      const { activityLogs } = await gateway.data(ActivityLogsWithStaleSourcesDocument, { filter, first: 1 });
      return activityLogs.staleSources.map((source) => source.id);
    };
    const all = await staleOf();
    expect(all).toEqual(expect.arrayContaining([behind.id, phones.id]));
    expect(all).not.toContain(fresh.id);
    expect(await staleOf({ sources: ['THRIVE'] })).toContain(behind.id);
    expect(await staleOf({ sources: ['THRIVE'] })).not.toContain(phones.id);
    expect(await staleOf({ sources: ['AWORLD'] })).toEqual([]);
    const abroad = await gateway.data(ActivityLogsWithStaleSourcesDocument, {}, { as: 'foreigner' });
    expect(abroad.activityLogs.staleSources).toEqual([]);
  });

  it('asks the store for sources only where they are selected, twice at most', async () => {
    await connect();
    await gateway.gateway.log.feeds.settle(gateway.home.id);
    const sent = async (document: string) => {
      const commands = await gateway.commandsOf(() => gateway.data(document));
      return commands.filter((command) => / source/.test(command));
    };
    expect(await sent('{ activityLogs { nodes { id } } }')).toEqual([]);
    expect(await sent('{ activityLogs { nodes { id } staleSources { id status } } }')).toEqual([
      'find sources',
      'find source_states',
    ]);
    expect(await sent('{ sources { id status counts { rows } } }')).toEqual(['find sources', 'find source_states']);
    expect(await sent('{ sourceSystems { system } }')).toEqual([]);
  });
});

describe('a secret of a source', () => {
  it('is in no answer, no line of the log and no byte of the store', async () => {
    const answers: unknown[] = [];
    const ask = async (work: Promise<unknown>) => void answers.push(await work);
    const { id } = await connect();
    await ask(gateway.query(ReplaceSourceSecretDocument, { id, name: 'clientSecret', value: secrets[1]! }));
    const change = { id, secrets: [{ name: 'webhookSecret', value: secrets[2]! }] };
    await ask(gateway.query(UpdateSourceDocument, { input: change }));
    await ask(gateway.query(SourceByIdDocument, { id }));
    await ask(gateway.query(SourcesDocument));
    await ask(gateway.query(TestSourceDocument, { id }));
    const refused = secrets[3]!;
    await ask(gateway.query(ReplaceSourceSecretDocument, { id, name: 'clientSecret', value: ` ${refused}` }));
    await ask(gateway.query(ReplaceSourceSecretDocument, { id, name: 'password', value: refused }));
    await ask(gateway.query(ReplaceSourceSecretDocument, { id: newId(), name: 'clientSecret', value: refused }));
    await ask(gateway.query(ReplaceSourceSecretDocument, { id, name: 'clientSecret', value: [refused] as never }));
    const misplaced = { ...change, secrets: [{ name: 'clientSecret', value: refused, nmae: 1 }] };
    await ask(gateway.query(UpdateSourceDocument, { input: misplaced }));
    await ask(gateway.query(UpdateSourceDocument, { input: { ...change, secrets: [{ value: refused }] } as never }));
    expect(answers.filter((answer) => (answer as { errors?: unknown }).errors)).toHaveLength(6);

    const documents = await gateway.store.collection('sources').find().toArray();
    const stored = Buffer.from(JSON.stringify(documents)).toString();
    expect(stored).toContain('"clientSecret":"s1.');
    const shown = [...lines, ...answers.map((answer) => JSON.stringify(answer)), stored].join('\n');
    for (const secret of secrets) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]) {
        expect(shown).not.toContain(form);
      }
    }
  });
});
