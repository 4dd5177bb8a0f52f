import type { Command } from 'commander';
import { Deliveries } from '../../src/store/deliveries.js';
import { withAdmin } from './context.js';
import { instant } from './instant.js';
import { printFields } from './output.js';

export function addDeliveryCommands(program: Command): void {
  program
    .command('replay-deliveries')
    .description('have what a source delivered processed again by the running gateways; what is recorded already stays')
    .argument('<workspace>', 'its key or id')
    .argument('<source>', 'its id')
    .option('--since <date>', 'only what came since then', instant)
    .option('--failed', 'only what could not be processed')
    .addHelpText('after', '\nExample:\n  npm run admin -- replay-deliveries acme 6742f1a09b3c5d7e8f901234 --failed')
    .action((workspaceKey: string, sourceId: string, { since, failed }: { since?: Date; failed?: boolean }) =>
      withAdmin(async ({ store, workspace, unscoped }) => {
        const { id, key } = await workspace(workspaceKey);
        if ((await unscoped.workspaceOfSource(sourceId)) !== id) throw new Error(`${key} has no source ${sourceId}`);
        const range = { sourceId, since, failedOnly: failed };
        const deliveries = await new Deliveries(store).replay(id, range, new Date());
        printFields({ workspace: key, source: sourceId, deliveries });
      }),
    );
}
