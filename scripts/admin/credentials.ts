import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../src/base/clock.js';
import type { Id } from '../../src/base/ids.js';
import type { Credential } from '../../src/model/credential.js';
import { scopeGroups, scopes } from '../../src/model/scopes.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { CreateCredentialInput } from '../../src/services/credentials/input.js';
import { CredentialService } from '../../src/services/credentials.js';
import { type AdminContext, administrator, withAdmin } from './context.js';
import { printFields, printTable } from './output.js';
import { findUser } from './users.js';

interface CreateOptions {
  readonly scopes: readonly string[];
  readonly name?: string;
  readonly user?: string;
  readonly clientId?: string;
  readonly expiresInDays?: number;
}

const dayMs = 86_400_000;
const pageSize = 500;

const serviceOf = ({ credentials, log, store }: AdminContext): CredentialService =>
  new CredentialService({
    credentials,
    recorder: log.recorder,
    reader: log.feeds,
    states: log.states,
    clock: systemClock,
    userExists: async (workspaceId, userId) => (await findUser(store, workspaceId, userId)) !== undefined,
  });

const listOf = (text: string): string[] => text.split(',').flatMap((name) => name.trim() || []);

function daysOf(text: string): number {
  const days = Number(text);
  if (text.trim() === '' || !(days > 0) || days > 36_500)
    throw new InvalidArgumentError('It must be a number above 0.');
  return days;
}

async function create(kind: Credential['kind'], workspaceKey: string, options: CreateOptions): Promise<void> {
  await withAdmin(async (context) => {
    const workspace = await context.workspace(workspaceKey);
    const input: CreateCredentialInput = {
      kind,
      name: options.name ?? options.clientId ?? 'made by the administrator',
      scopes: options.scopes,
      userId: await userOf(context, workspace, options.user),
      clientId: options.clientId ?? null,
      expiresAt: options.expiresInDays === undefined ? null : new Date(Date.now() + options.expiresInDays * dayMs),
    };
    const { credential, secret } = await serviceOf(context).create(administrator(workspace), input);
    const { id, clientId, userId, expiresAt } = credential;
    printFields({
      credential: id,
      workspace: workspace.key,
      clientId,
      scopes: credential.scopes,
      userId,
      expiresAt,
      secret,
    });
    console.error('The secret is shown this once.');
  });
}

async function userOf({ store }: AdminContext, workspace: Workspace, named: string | undefined): Promise<Id | null> {
  if (named === undefined) return null;
  const id = await findUser(store, workspace.id, named);
  if (id === undefined) throw new Error(`The workspace ${workspace.key} has no user ${named}`);
  return id;
}

async function list(workspaceKey: string): Promise<void> {
  await withAdmin(async ({ credentials, workspace }) => {
    const { id } = await workspace(workspaceKey);
    const rows: unknown[][] = [];
    let after: Id | undefined;
    do {
      const page = await credentials.find(id, { ...(after && { after: { key: [after] } }), limit: pageSize });
      rows.push(...page.map((one) => [one.id, one.kind, one.name, one.clientId, one.scopes, one.userId, stateOf(one)]));
      after = page.length === pageSize ? page.at(-1)!.id : undefined;
    } while (after !== undefined);
    printTable(['ID', 'KIND', 'NAME', 'CLIENT ID', 'SCOPES', 'USER', 'STATE'], rows);
  });
}

function stateOf({ revokedAt, expiresAt }: Credential): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  if (!expiresAt) return 'good';
  return `${expiresAt > new Date() ? 'good until' : 'expired'} ${expiresAt.toISOString()}`;
}

const scopeHelp = `\nScopes:\n  ${scopes.join(' ')}\n  groups: ${[...scopeGroups.keys()].join(' ')}`;

export function addCredentialCommands(program: Command): void {
  const command = (name: string, description: string, example: string): Command =>
    program
      .command(name)
      .description(description)
      .argument('<workspace>', 'its key or id')
      .option('--name <name>', 'what people know it by')
      .option('--user <email or id>', 'the user that it acts as')
      .option('--expires-in-days <days>', 'how long it is good (default: for ever)', daysOf)
      .addHelpText('after', `${scopeHelp}\n\nExample:\n  npm run admin -- ${name} ${example}`);

  command(
    'create-key',
    'make an API key, sent as "Authorization: Bearer <key>"',
    'acme --scopes activity_log:read,user:read',
  )
    .requiredOption('--scopes <list>', 'what it may do, separated by commas', listOf)
    .action((workspace: string, options: CreateOptions) => create('API_KEY', workspace, options));

  command(
    'create-client',
    'make an OAuth client, whose id and secret are exchanged for access tokens at POST /oauth2/token/<workspace>',
    'acme --client-id portal --scopes api/read',
  )
    .requiredOption('--client-id <id>', 'its public half')
    .requiredOption('--scopes <list>', 'what it may do, separated by commas', listOf)
    .action((workspace: string, options: CreateOptions) => create('CLIENT', workspace, options));

  command(
    'create-secret',
    'make a secret, sent with the workspace’s key as "Authorization: Basic base64(<workspace>:<secret>)"',
    'acme --scopes api/all',
  )
    .option('--scopes <list>', 'what it may do, separated by commas', listOf, ['api/all'])
    .action((workspace: string, options: CreateOptions) => create('BASIC', workspace, options));

  program
    .command('list-credentials')
    .description('show the credentials of a workspace, never their secrets')
    .argument('<workspace>', 'its key or id')
    .addHelpText('after', '\nExample:\n  npm run admin -- list-credentials acme')
    .action(list);

  program
    .command('revoke')
    .description('end a credential and all tokens made of it, everywhere within half a second')
    .argument('<workspace>', 'its key or id')
    .argument('<credentialId>', 'as list-credentials shows it')
    .addHelpText('after', '\nExample:\n  npm run admin -- revoke acme 665f1f77bcf86cd799439011')
    .action((workspaceKey: string, id: string) =>
      withAdmin(async (context) => {
        const viewer = administrator(await context.workspace(workspaceKey));
        const { credential } = await serviceOf(context).revoke(viewer, id);
        printFields({ credential: credential.id, revoked: credential.revokedAt });
      }),
    );
}
