import type { Command } from 'commander';
import { badInput } from '../../src/base/errors.js';
import { isId, newId } from '../../src/base/ids.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { UnscopedStore } from '../../src/store/unscoped.js';
import { withAdmin } from './context.js';
import { printFields, printTable } from './output.js';

/** @throws CodedError BAD_USER_INPUT, or CONFLICT when the key is taken. */
async function createWorkspace(unscoped: UnscopedStore, key: string, name: string = key): Promise<Workspace> {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(key) || isId(key)) {
    throw badInput(
      'key',
      'A workspace’s key is 1 to 40 lower-case letters, digits and dashes, with no dash at either end, and does not look like an id',
    );
  }
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 200) throw badInput('name', 'A workspace’s name has 1 to 200 characters');
  const workspace = { id: newId(), key, name: trimmed, createdAt: new Date() };
  await unscoped.insertWorkspace(workspace);
  return workspace;
}

export function addWorkspaceCommands(program: Command): void {
  program
    .command('create-workspace')
    .description('make a workspace, which holds one log and everything around it')
    .argument('<key>', 'what paths and credentials name it by: lower-case letters, digits and dashes')
    .option('--name <name>', 'what people call it (default: the key)')
    .addHelpText('after', '\nExample:\n  npm run admin -- create-workspace acme --name "Acme Learning"')
    .action((key: string, options: { name?: string }) =>
      withAdmin(async ({ unscoped }) => {
        const { id, name } = await createWorkspace(unscoped, key, options.name);
        printFields({ workspace: key, id, name });
      }),
    );

  program
    .command('list-workspaces')
    .description('show all workspaces')
    .addHelpText('after', '\nExample:\n  npm run admin -- list-workspaces')
    .action(() =>
      withAdmin(async ({ unscoped }) => {
        const workspaces = await unscoped.listWorkspaces();
        const rows = workspaces.map(({ key, id, name, createdAt }) => [key, id, name, createdAt]);
        printTable(['KEY', 'ID', 'NAME', 'CREATED'], rows);
      }),
    );
}
