import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
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
    .action(async (file: string, { workspace: workspaceKey }: { workspace: string }) => {
      const input = await opened(file);
      await withAdmin(async ({ store, log, unscoped, workspace }) => {
        const { id, key } = await workspace(workspaceKey);
        const lease = await KeptLease.take(unscoped, `import:${id}`, newId(), leaseMs);
        if (!lease) throw new Error(`Another import into ${key} is running; try again in ${leaseMs / 1000} seconds`);
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
      }).finally(() => input.destroy());
    });
}

/** Before anything else: nobody is to wait for the lease of an import that had nothing to read. @throws Error with one line. */
async function opened(file: string): Promise<Readable> {
  const input = file === '-' ? process.stdin : (await openFile(file)).createReadStream();
  // Whoever reads it is told; before that nobody listens, and nothing is lost by it.
  return input.on('error', () => {});
}

async function openFile(file: string) {
  try {
    const handle = await open(file);
    if (!(await handle.stat()).isDirectory()) return handle;
    await handle.close();
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  throw new Error(`${file} cannot be read: it is a folder`);
}
