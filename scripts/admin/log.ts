import type { Command } from 'commander';
import { beginEpoch } from '../../src/log/retention.js';
import { withAdmin } from './context.js';
import { instant } from './instant.js';
import { printFields } from './output.js';

export function addLogCommands(program: Command): void {
  program
    .command('new-epoch')
    .description('after a restore from a backup: make every cursor that was given out before unknown')
    .argument('<workspace>', 'its key or id')
    .addHelpText('after', '\nExample:\n  npm run admin -- new-epoch acme')
    .action((workspaceKey: string) =>
      withAdmin(async ({ log, workspace }) => {
        const { id, key } = await workspace(workspaceKey);
        const { epoch, seq } = await beginEpoch(id, log.logs, log.states);
        printFields({ workspace: key, epoch, lastNumber: seq });
      }),
    );

  program
    .command('retain')
    .description('keep what was recorded since an instant and erase what is older, for good')
    .argument('<workspace>', 'its key or id')
    .requiredOption('--since <date>', 'the first instant that is kept', instant)
    .addHelpText('after', '\nExample:\n  npm run admin -- retain acme --since 2025-01-01')
    .action((workspaceKey: string, { since }: { since: Date }) =>
      withAdmin(async ({ log, workspace }) => {
        const { id, key } = await workspace(workspaceKey);
        const progress = (erased: number): void => console.error(`erased ${erased} …`);
        console.error('hiding what is older, then giving readers ten seconds before it is erased …');
        const erased = await log.retention.keepSince(id, since, progress);
        const state = await log.states.read(id);
        printFields({ workspace: key, erased, firstNumber: state?.firstSeq });
      }),
    );
}
