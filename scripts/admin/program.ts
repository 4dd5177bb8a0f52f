import { Command } from 'commander';
import { addCredentialCommands } from './credentials.js';
import { addDeliveryCommands } from './deliveries.js';
import { addEmulatorCommands } from './emulators.js';
import { addFoldCommands } from './folds.js';
import { addImportCommands } from './imports.js';
import { addLogCommands } from './log.js';
import { addSourceCommands } from './sources.js';
import { addUserCommands } from './users.js';
import { addWorkspaceCommands } from './workspaces.js';

/** All that `npm run admin` can do. */
export function adminProgram(): Command {
  const program = new Command('npm run admin --')
    .description(
      'Makes workspaces, users and credentials on the server of MONGODB_URL (database DATABASE), or without MONGODB_URL on the demo’s engine under DATA_DIR.',
    )
    .showHelpAfterError('(add --help for what a command takes)')
    .addHelpText(
      'after',
      '\nExample:\n  npm run admin -- create-workspace acme\n  npm run admin -- create-key acme --scopes api/read',
    );
  addWorkspaceCommands(program);
  addUserCommands(program);
  addCredentialCommands(program);
  addLogCommands(program);
  addFoldCommands(program);
  addImportCommands(program);
  addSourceCommands(program);
  addDeliveryCommands(program);
  addEmulatorCommands(program);
  return program;
}
