import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { newId } from '../../src/base/ids.js';
import { Durability } from '../../src/log/durability.js';
import { KeptLease } from '../../src/log/kept-lease.js';
import { ActivityLogImport } from '../../src/services/activity-log-import.js';
import { withAdmin } from './context.js';
import { linesOf } from './lines.js';
import { printFields } from './output.js';

/** Short: after one that was killed nobody should have to wait for long. */
const leaseMs = 15_000;

export function addImportCommands(program: Command): void {
  program
    .command('import')
    .description('take entries in that were exported as NDJSON: same ids, nothing doubled, also when it is run again')
    .argument('<file>', 'what /export/activity-logs.ndjson gave; - for standard input')
    .requiredOption('--workspace <workspace>', 'its key or id')
    .addHelpText('after', '\nExample:\n  npm run admin -- import acme.ndjson --workspace acme')
    .action((file: string, { workspace: workspaceKey }: { workspace: string }) =>
      withAdmin(async ({ store, log, unscoped, workspace }) => {
        const { id, key } = await workspace(workspaceKey);
        const lease = await KeptLease.take(unscoped, `import:${id}`, newId(), leaseMs);
        if (!lease) throw new Error(`Another import into ${key} is running; try again in ${leaseMs / 1000} seconds`);
        const input = file === '-' ? process.stdin : createReadStream(file);
        lease.lost.addEventListener('abort', () =>
          input.destroy(new Error('Another import has begun; run this again')),
        );
        const parts = { writer: log.recorder, durability: new Durability(store, log.states), unscoped };
        try {
          await log.states.ensure(id, await log.logs.lastSeq(id));
          const counts = await new ActivityLogImport(parts).run(id, linesOf(input.setEncoding('utf8')), {
            wrong: (line, message) => console.error(`line ${line}: ${message}`),
            progress: ({ lines, recorded }) => console.error(`read ${lines} lines, recorded ${recorded} …`),
          });
          printFields({ workspace: key, ...counts });
          if (counts.wrong > 0) process.exitCode = 1;
        } finally {
          await lease.release();
        }
      }),
    );
}
