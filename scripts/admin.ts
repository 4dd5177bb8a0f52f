import { Command } from 'commander';
import { addCredentialCommands } from './admin/credentials.js';
import { addDeliveryCommands } from './admin/deliveries.js';
import { addEmulatorCommands } from './admin/emulators.js';
import { addFoldCommands } from './admin/folds.js';
import { addImportCommands } from './admin/imports.js';
import { addLogCommands } from './admin/log.js';
import { addSourceCommands } from './admin/sources.js';
import { addUserCommands } from './admin/users.js';
import { addWorkspaceCommands } from './admin/workspaces.js';

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

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
