import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { adminProgram } from '../../scripts/admin/program.js';
import { builtProgram } from '../../scripts/support/built-program.js';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import type { Store } from '../../src/store/connect.js';
import { Deliveries } from '../../src/store/deliveries.js';
import { entryDraft } from '../support/services.js';
import { authenticatorOn, basic, openAuthStore } from './support.js';

const root = join(import.meta.dirname, '../..');
const program = await builtProgram('scripts/admin.ts');
let store: Store;
beforeAll(async () => {
  store = await openAuthStore();
});
afterAll(() => store.close());

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as its user runs it, on this test's database. */
const admin = (...args: string[]): Promise<Run> => run(program, ...args);

function run(...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { PATH: process.env.PATH, MONGODB_URL: inject('mongodbUrl'), DATABASE: store.db.databaseName },
    });
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
  });
}

const field = (run: Run, name: string): string => new RegExp(`^${name} +(.*)$`, 'm').exec(run.out)![1]!;

it('makes a workspace and credentials that let in until they are revoked', async () => {
  const made = await admin('create-workspace', 'acme', '--name', 'Acme Learning');
  expect(made).toMatchObject({ code: 0, err: '' });
  const workspaceId = field(made, 'id');
  expect((await admin('list-workspaces')).out).toMatch(/^acme +[0-9a-f]{24} +Acme Learning/m);

  const authenticator = authenticatorOn(store);
  const key = await admin('create-key', 'acme', '--scopes', 'activity_log:read, user:read', '--expires-in-days', '2');
  const viewer = await authenticator.authenticate(`Bearer ${field(key, 'secret')}`);
  expect(viewer).toMatchObject({ workspaceId, scopes: new Set(['activity_log:read', 'user:read']) });
  expect(viewer.expiresAt?.toISOString()).toBe(field(key, 'expiresAt'));
  const secret = await admin('create-secret', workspaceId);
  expect(await authenticator.authenticate(basic('acme', field(secret, 'secret')))).toMatchObject({ workspaceId });
  const client = await admin('create-client', 'acme', '--client-id', 'portal', '--scopes', 'api/read');
  const request = { tenant: 'acme', clientId: 'portal', clientSecret: field(client, 'secret') };
  expect(await authenticator.issueToken(request)).toMatchObject({ expiresIn: 3600 });

  expect((await admin('revoke', 'acme', field(client, 'credential'))).code).toBe(0);
  const listed = await admin('list-credentials', 'acme');
  expect(listed.out).toMatch(/portal .* revoked /);
  for (const run of [key, secret, client]) expect(listed.out).not.toContain(field(run, 'secret'));
  const fresh = authenticatorOn(store);
  await expect(fresh.issueToken(request)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
}, 120_000);

it('says in one line what is wrong, and fails', async () => {
  const wrong: [string[], RegExp][] = [
    [['create-workspace', 'Not A Key'], /^error: A workspace’s key is .*\n$/],
    [
      ['create-key', 'nobody', '--scopes', 'user:read'],
      /^error: There is no workspace nobody: looked in MONGODB_URL, database .*\n$/,
    ],
    [['create-key', 'acme', '--scopes', 'everything'], /^error: The scope "everything" does not exist\n$/],
    [
      ['create-key', 'acme', '--scopes', 'user:read', '--user', 'a@b.c'],
      /^error: The workspace acme has no user a@b.c\n$/,
    ],
    [['revoke', 'acme', '665f1f77bcf86cd799439011'], /^error: The credential does not exist\n$/],
    [['create-key', 'acme'], /^error: required option '--scopes <list>' not specified\n/],
    [['no-such-command'], /^error: unknown command 'no-such-command'\n/],
  ];
  for (const [args, message] of wrong) {
    const run = await admin(...args);
    expect([run.code, run.out]).toEqual([1, '']);
    expect(run.err).toMatch(message);
  }
}, 120_000);

it('makes users whom keys can belong to, begins epochs and erases what is old', async () => {
  await admin('create-workspace', 'old-firm');
  const user = await admin('create-user', 'old-firm', '--name', 'Ada Lovelace', '--email', 'Ada@example.com');
  expect(user).toMatchObject({ code: 0, err: '' });
  const key = await admin('create-key', 'old-firm', '--scopes', 'api/read', '--user', 'ada@example.com');
  const viewer = await authenticatorOn(store).authenticate(`Bearer ${field(key, 'secret')}`);
  expect(viewer.userId).toBe(field(user, 'user'));
  expect(field(await admin('new-epoch', 'old-firm'), 'epoch')).toBe('2');
  const log = openLog({ store, logger: silentLogger });
  await log.recorder.appendEach(viewer.workspaceId, [entryDraft(), entryDraft()]);
  await log.close();
  const retained = await admin('retain', 'old-firm', '--since', '2999-01-01');
  // What users and folds are made from stays.
  expect(field(retained, 'erased')).toBe('2');
  expect((await admin('retain', 'old-firm', '--since', 'never')).err).toMatch(/must be a date/);
}, 120_000);

it('has deliveries of a source processed again', async () => {
  const workspaceId = field(await admin('create-workspace', 'deliveries'), 'id');
  const [sourceId, received] = [newId(), new Date()];
  const at = { workspaceId: new ObjectId(workspaceId), _id: new ObjectId(sourceId) };
  await store.db.collection('sources').insertOne(at, { bypassDocumentValidation: true });
  const deliveries = new Deliveries(store);
  const delivery = { sourceId, headers: {}, body: Buffer.from('{}'), receivedAt: received, hash: Buffer.from('hash') };
  const id = (await deliveries.keep(workspaceId, delivery))!;
  await deliveries.failed(workspaceId, id, received, 'no');
  const replay = (...args: string[]) => admin('replay-deliveries', 'deliveries', sourceId, ...args);
  expect(field(await replay('--failed', '--since', '2990-01-01'), 'deliveries')).toBe('0');
  expect(field(await replay('--failed'), 'deliveries')).toBe('1');
  expect((await deliveries.takeUp(workspaceId, new Date(), new Date()))?.id).toBe(id);
  expect((await admin('replay-deliveries', 'deliveries', newId())).err).toContain('has no source');
});

/** What a command's own --help prints. */
function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

it('helps, with an example for each command', async () => {
  // From the source, as `npm run admin` starts it.
  const { code, out } = await run('--import', 'tsx', 'scripts/admin.ts', '--help');
  expect(code).toBe(0);
  const { commands } = adminProgram();
  expect(commands.length).toBeGreaterThan(12);
  for (const command of commands) {
    expect(out).toMatch(new RegExp(`^ {2}${command.name()} `, 'm'));
    expect(helpOf(command)).toContain(`npm run admin -- ${command.name()}`);
  }
}, 120_000);
