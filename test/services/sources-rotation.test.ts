import { spawn } from 'node:child_process';
import { beforeAll, expect, inject, it } from 'vitest';
import { builtProgram } from '../../scripts/support/built-program.js';
import { type Id, newId } from '../../src/base/ids.js';
import { Sealing } from '../../src/base/sealing.js';
import type { Source } from '../../src/model/source.js';
import type { Store } from '../../src/store/connect.js';
import { type SourceDocument, sourceCollection } from '../../src/store/source-document.js';
import { Sources } from '../../src/store/sources.js';
import { addWorkspace } from '../support/people.js';
import { openTestStore } from '../support/store.js';

const program = await builtProgram('scripts/admin.ts');
const keys = {
  old: 'the-old-key-of-more-than-thirty-two-characters',
  new: 'the-new-key-of-more-than-thirty-two-characters',
  next: 'the-next-key-of-more-than-thirty-two-characters',
};
const secrets = { clientSecret: 'very secret', webhookSecret: 'another one' };
/** So many that the command is still at work when it is killed. */
const perWorkspace = 100;

let store: Store;
const made: Source[] = [];
beforeAll(async () => {
  store = await openTestStore();
  const sources = new Sources(store, new Sealing(keys.old));
  for (const key of ['acme', 'umbrella']) {
    const workspace = await addWorkspace(store, key);
    for (let n = 0; n < perWorkspace; n += 1)
      made.push(await sources.insert(sourceOf(workspace.id, `Academy ${n}`), secrets));
  }
});

const sourceOf = (workspaceId: Id, name: string): Source => ({
  id: newId(),
  workspaceId,
  system: 'THRIVE',
  name,
  baseUrl: 'https://thrive.example',
  settings: {},
  secretNames: [],
  isPaused: false,
  trustsEmails: false,
  writesThrough: false,
  acceptsUnsigned: false,
  everyMs: 60_000,
  version: 1,
  createdAt: new Date(),
  updatedAt: new Date(),
});

interface Rotation {
  readonly env: Record<string, string>;
  readonly args?: readonly string[];
  readonly input?: string;
  /** Kills the command with -9 once so many secrets are sealed anew. */
  readonly killAfter?: number;
}

/** The command as its user runs it. */
function rotate({
  env,
  args = [],
  input,
  killAfter,
}: Rotation): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'rotate-source-secrets', ...args], {
      env: { PATH: process.env.PATH, MONGODB_URL: inject('mongodbUrl'), DATABASE: store.db.databaseName, ...env },
    });
    child.stdin.end(input ?? '');
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    if (killAfter !== undefined) void killOnce(child, killAfter);
  });
}

async function killOnce(child: ReturnType<typeof spawn>, count: number): Promise<void> {
  while (child.exitCode === null && (await sealedWith(keys.new)) < count)
    await new Promise((next) => setImmediate(next));
  child.kill('SIGKILL');
}

const seals = async (): Promise<string[]> => {
  const documents = await store.collection<SourceDocument>(sourceCollection).find().toArray();
  return documents.flatMap((document) => Object.values(document.secrets));
};
const sealedWith = async (key: string): Promise<number> => {
  const sealing = new Sealing(key);
  return (await seals()).filter((sealed) => sealing.isCurrent(sealed)).length;
};
const readableWith = async (sealing: Sealing): Promise<void> => {
  const sources = new Sources(store, sealing);
  for (const source of made) expect(await sources.open(source)).toEqual(secrets);
};
const all = 2 * 2 * perWorkspace;

it('is killed half-way, runs again, and every secret opens all the while', async () => {
  const env = { SOURCE_SECRET_KEY: keys.new, SOURCE_SECRET_KEY_PREVIOUS: keys.old };
  await rotate({ env, killAfter: 5 });
  const done = await sealedWith(keys.new);
  expect(done).toBeGreaterThanOrEqual(5);
  expect(done).toBeLessThan(all);
  await readableWith(new Sealing(keys.new, keys.old));

  const again = await rotate({ env });
  expect([again.code, again.err]).toEqual([0, '']);
  expect(again.out).toMatch(new RegExp(`^sealedAnew +${all - done}$`, 'm'));
  await readableWith(new Sealing(keys.new));
  expect((await rotate({ env })).out).toMatch(/^sealedAnew +0$/m);
  expect(again.out + again.err).not.toContain(keys.old);
});

it('takes the old key from the standard input or any variable, and says what it cannot open', async () => {
  const env = { SOURCE_SECRET_KEY: keys.next };
  expect(await rotate({ env })).toMatchObject({
    code: 1,
    err: expect.stringMatching('SOURCE_SECRET_KEY_PREVIOUS is not set'),
  });
  const wrong = await rotate({ env: { ...env, WRONG: keys.old }, args: ['--old-key', 'WRONG'] });
  expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching('neither key') });
  expect(wrong.out).toContain(`acme/${made[0]!.id}`);
  const right = await rotate({ env, args: ['--old-key', '-'], input: `${keys.new}\n` });
  expect([right.code, right.err]).toEqual([0, '']);
  await readableWith(new Sealing(keys.next));
});
