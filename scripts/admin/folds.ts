import type { Command } from 'commander';
import { sleep } from '../../src/base/lifecycle.js';
import type { Projection } from '../../src/projections/projection.js';
import { projectionsOf } from '../../src/projections/projections.js';
import { FoldStates } from '../../src/store/fold-states.js';
import { type AdminContext, withAdmin } from './context.js';
import { printTable } from './output.js';

export function addFoldCommands(program: Command): void {
  program
    .command('folds')
    .description('show up to where everything that is made from the log reflects it')
    .argument('<workspace>', 'its key or id')
    .action((workspaceKey: string) =>
      withAdmin(async (context) => {
        const { id } = await context.workspace(workspaceKey);
        const end = (await context.log.states.read(id))?.seq ?? 0;
        const states = new FoldStates(context.store);
        const rows = namesOf(context).map(async (name) => {
          const { serving, building } = (await states.read(id, name)) ?? {};
          return [name, serving?.generation, serving?.seq, building && `${building.seq} of ${end}`];
        });
        printTable(['fold', 'generation', 'reflects', 'being rebuilt'], await Promise.all(rows));
      }),
    );

  program
    .command('rebuild')
    .description('make a fold anew from the log, on the gateways that are running; what there is is read until then')
    .argument('<fold>', 'its name; "folds" shows which there are')
    .argument('[workspace]', 'its key or id; without it, of every workspace')
    .option('--forget', 'also where retention erased entries of which the fold then no longer knows what they said')
    .addHelpText('after', '\nExample:\n  npm run admin -- rebuild pathway-progress acme')
    .action((name: string, workspaceKey: string | undefined, { forget = false }: { forget?: boolean }) =>
      withAdmin(async (context) => {
        const known = projectionsOf(context.store);
        const projection = known.find((one) => one.name === name);
        if (!projection) throw new Error(`There is no fold ${name}; there are ${namesOf(context).join(', ')}`);
        const workspaces = workspaceKey
          ? [await context.workspace(workspaceKey)]
          : await context.unscoped.listWorkspaces();
        if (!forget) for (const { id, key } of workspaces) await refuseForgetting(context, id, key, projection);
        for (const { id, key } of workspaces) await rebuild(context, id, key, name);
      }),
    );
}

const namesOf = ({ store }: AdminContext): string[] => projectionsOf(store).map(({ name }) => name);

/** What is made anew from the log alone knows nothing of what retention erased. */
async function refuseForgetting({ log }: AdminContext, id: string, key: string, projection: Projection): Promise<void> {
  if (projection.inherit) return;
  const firstSeq = (await log.states.read(id))?.firstSeq ?? 1;
  if (firstSeq <= 1) return;
  throw new Error(
    `${key}: retention erased what is below ${firstSeq}; made anew, ${projection.name} would no longer know what those entries said. ` +
      'Nothing was begun. With --forget it is',
  );
}

/** How long a gateway has for saying that it began. */
const patienceMs = 15_000;
const lookMs = 500;

async function rebuild({ store, log }: AdminContext, id: string, key: string, name: string): Promise<void> {
  const states = new FoldStates(store);
  const before = (await states.ensure(id, name)).serving?.generation ?? 0;
  await states.requestRebuild(id, name);
  const end = (await log.states.read(id))?.seq ?? 0;
  const startedMs = performance.now();
  for (let shown = -1; ; await sleep(lookMs)) {
    const { serving, building, rebuild: waits } = await states.ensure(id, name);
    if (serving && serving.generation > before) {
      const seconds = Math.round(performance.now() - startedMs) / 1000;
      console.log(`${key}: ${name} is made anew, as of ${serving.seq}, in ${seconds} s`);
      return;
    }
    if (waits && performance.now() - startedMs > patienceMs) {
      console.log(`${key}: no gateway is running on this store; the next one that is begins with it`);
      return;
    }
    if (building && building.seq !== shown) {
      shown = building.seq;
      console.error(`${key}: ${shown} of ${end} …`);
    }
  }
}
