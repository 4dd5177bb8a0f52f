import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { builtProgram } from '../../scripts/support/built-program.js';
import { newId } from '../../src/base/ids.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { entryDraft } from '../support/services.js';

const program = await builtProgram('scripts/admin.ts');

let here: TestGateway;
let there: TestGateway;
let folder: string;
beforeAll(async () => {
  [here, there] = [await startGateway(), await startGateway()];
  folder = await mkdtemp(join(tmpdir(), 'import-'));
});
afterAll(async () => {
  await here.close();
  await there.close();
  await rm(folder, { recursive: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as its user runs it; `onProgress` is told each line of progress. */
async function importInto(
  gateway: TestGateway,
  text: string,
  onProgress?: (child: ReturnType<typeof spawn>) => void,
): Promise<Run> {
  const file = join(folder, `${newId()}.ndjson`);
  await writeFile(file, text);
  return importFile(gateway, file, onProgress);
}

async function importFile(
  { store, home }: TestGateway,
  file: string,
  onProgress: (child: ReturnType<typeof spawn>) => void = () => {},
): Promise<Run> {
  const args = [program, 'import', file, '--workspace', home.key];
  const env = { PATH: process.env.PATH, MONGODB_URL: inject('mongodbUrl'), DATABASE: store.db.databaseName };
  const child = spawn(process.execPath, args, { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
    if (String(chunk).includes('…')) onProgress(child);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

/** What a gateway exports, once it has seen what others wrote. */
const exported = async (gateway: TestGateway, query = ''): Promise<string> => {
  const { logs, feeds } = gateway.gateway.log;
  await feeds.settle(gateway.home.id, await logs.lastSeq(gateway.home.id));
  const headers = { authorization: gateway.people.admin! };
  return (await fetch(`${gateway.url}/export/activity-logs.ndjson${query}`, { headers })).text();
};
/** Without what is said of the place an entry has there. */
const comparable = (text: string): string[] =>
  text
    .replace(/"cursor":"[^"]*",/g, '')
    .replace(/"recordedAt":"[^"]*",/g, '')
    .split('\n')
    .sort();
const counts = (recorded: number, known: number, wrong = 0) =>
  new RegExp(`recorded +${recorded}\\nknown +${known}\\nwrong +${wrong}\\n$`);

describe('npm run admin -- import', () => {
  it('takes an export in with the same ids and texts, and nothing twice', async () => {
    const native = '{"b": 1.50, "__proto__": {"$where": "x"}, "list": [1, {"a": 12345678901234567890}]}';
    await here.gateway.log.recorder.appendMany(here.home.id, [
      entryDraft({ native, source: 'THRIVE', connectionId: 'conn', occurredAtMicros: 1_700_000_000_000_123 }, 'row-1'),
      entryDraft({
        additionalData: '{ "note" : "☃ é" }',
        changes: '[{"field":"a","before":1,"after":null}]',
        progress: { percent: 50, complete: false },
        value: -1.5,
        outcome: 'FAILURE',
        object: { type: 'course', id: 'c-1', name: 'Fire' },
        actor: { kind: 'USER', key: `u:${here.users.alice}`, name: 'Alice' },
        activityRef: 'n:THRIVE:c-1',
        pathwayId: newId(),
        tags: ['one', 'two'],
        summary: 'said',
      }),
      entryDraft(),
    ]);
    const text = await exported(here);
    const first = await importInto(there, text);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(counts(3, 0)) });
    expect(comparable(await exported(there))).toEqual(comparable(text));
    expect((await exported(there, '?search=said')).trim().split('\n')).toHaveLength(1);
    expect(await importInto(there, text)).toMatchObject({ code: 0, out: expect.stringMatching(counts(0, 3)) });
    expect(comparable(await exported(there))).toEqual(comparable(text));
  }, 60_000);

  it.each([
    ['is not there', () => join(folder, 'none.ndjson'), 'ENOENT'],
    ['is a folder', () => folder, 'it is a folder'],
  ])('says so in one line of a file that %s, and keeps nobody waiting', async (_what, file, why) => {
    expect(await importFile(there, file())).toEqual({
      code: 1,
      out: '',
      err: `error: ${file()} cannot be read: ${why}\n`,
    });
    const held = { _id: `import:${there.home.id}` as never, expiresAt: { $gt: new Date() } };
    expect(await there.store.db.collection('leases').findOne(held)).toBeNull();
  });

  it('goes on where it was killed', async () => {
    const drafts = Array.from({ length: 3000 }, () => entryDraft({ tags: ['many'] }));
    await here.gateway.log.recorder.appendMany(here.home.id, drafts);
    const text = await exported(here, '?tags=many');
    const killed = await importInto(there, text, (child) => child.kill('SIGKILL'));
    expect(killed.code).toBeNull();
    const partly = await there.store.db.collection('activity_logs').countDocuments({ tags: 'many' });
    expect(partly).toBeGreaterThanOrEqual(500);
    // What it held would end by itself in a moment.
    await there.store.db.collection('leases').deleteMany({});
    const again = await importInto(there, text);
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/known +\d+/) });
    expect(comparable(await exported(there, '?tags=many'))).toEqual(comparable(text));
  }, 60_000);

  it('says of each line what is wrong with it, and takes the others', async () => {
    const good = JSON.parse((await exported(here)).split('\n')[2]!) as Record<string, unknown>;
    const abroad = entryDraft();
    await there.gateway.log.recorder.append(there.abroad.id, abroad);
    const known = entryDraft({ connectionId: 'conn', source: 'THRIVE' }, 'taken');
    await there.gateway.log.recorder.append(there.home.id, known);
    const origin = { connection: 'conn', key: 'taken', contentHash: 'a'.repeat(64) };
    const lines = [
      '{"id": ',
      '',
      JSON.stringify({ ...good, id: 'x' }),
      JSON.stringify({ ...good, id: newId(), actor: { kind: 'ALIEN' } }),
      JSON.stringify({ ...good, id: newId(), occurredAt: '2026-02-31' }),
      JSON.stringify({ ...good, id: newId(), colour: 'red' }),
      JSON.stringify({ ...good, id: newId(), origin: { connection: '#control' } }),
      JSON.stringify({ ...good, id: abroad.id }),
      JSON.stringify({ ...good, id: newId(), source: 'THRIVE', origin }),
      JSON.stringify({ ...good, id: newId(), tags: ['taken in'] }),
      JSON.stringify({ ...good, id: newId(), tags: ['taken in'], origin: undefined }),
    ];
    const run = await importInto(there, lines.join('\n'));
    expect(run).toMatchObject({ code: 1, out: expect.stringMatching(counts(2, 0, 8)) });
    const told = run.err.split('\n').filter((line) => line.startsWith('line'));
    expect(
      told.sort((one, other) => Number(one.slice(5).split(':')[0]) - Number(other.slice(5).split(':')[0])),
    ).toEqual([
      'line 1: This is not JSON',
      'line 3: id: must have 24 hexadecimal digits',
      expect.stringContaining('line 4: actor.kind: '),
      'line 5: occurredAt: must be an instant in UTC, from 1700 to 2249',
      expect.stringContaining('line 6: '),
      'line 7: origin.connection: must not begin with #',
      `line 8: id: ${abroad.id} is taken by something that is not in this workspace`,
      `line 9: origin.key: entry ${known.id} has this key and other content`,
    ]);
    expect((await exported(there, '?tags=taken%20in')).trim().split('\n')).toHaveLength(2);
  }, 60_000);
});
