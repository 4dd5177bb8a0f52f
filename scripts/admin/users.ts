import type { Command } from 'commander';
import { systemClock } from '../../src/base/clock.js';
import { type Id, isId } from '../../src/base/ids.js';
import { emailIdentity, userIdentity } from '../../src/model/identity.js';
import { UserService } from '../../src/services/users.js';
import type { Store } from '../../src/store/connect.js';
import { ControlLinks } from '../../src/store/control-links.js';
import { Users } from '../../src/store/users.js';
import { administrator, withAdmin } from './context.js';
import { printFields } from './output.js';

/** The id of the user with this id or email; undefined when the workspace has none. */
export async function findUser(store: Store, workspaceId: Id, idOrEmail: string): Promise<Id | undefined> {
  const identity = isId(idOrEmail) ? userIdentity(idOrEmail.toLowerCase()) : emailIdentity(idOrEmail);
  const [found] = await new Users(store).byIdentities(workspaceId, [identity]);
  return found?.id;
}

export function addUserCommands(program: Command): void {
  program
    .command('create-user')
    .description('make a user, whom entries can name and credentials can belong to')
    .argument('<workspace>', 'its key or id')
    .requiredOption('--name <name>', 'what people call them')
    .option('--email <email>', 'unique in the workspace; entries that name it are theirs')
    .addHelpText(
      'after',
      '\nExample:\n  npm run admin -- create-user acme --name "Ada Lovelace" --email ada@example.com',
    )
    .action((workspaceKey: string, input: { name: string; email?: string }) =>
      withAdmin(async ({ store, log, workspace }) => {
        const users = new UserService({
          users: new Users(store),
          links: new ControlLinks(store),
          writer: log.recorder,
          reader: log.feeds,
          states: log.states,
          clock: systemClock,
        });
        const { node } = await users.create(administrator(await workspace(workspaceKey)), input);
        printFields({ user: node.id, name: node.name, email: node.email });
      }),
    );
}
