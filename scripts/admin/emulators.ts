import { Argument, type Command } from 'commander';
import { Sealing } from '../../src/base/sealing.js';
import { Sources } from '../../src/store/sources.js';
import { demoSourceIds } from '../demo/people.js';
import { type Fault, faultPath, namedFaults } from '../upstreams/faults.js';
import { withAdmin } from './context.js';
import { printFields } from './output.js';

const systems = {
  aworld: 'AWORLD',
  thrive: 'THRIVE',
  falkor: 'FALKOR',
  tikmatrix: 'TIKMATRIX',
  posthog: 'POSTHOG',
} as const;
type Named = keyof typeof systems;

/** No secret is opened here. */
const noKey = '-'.repeat(32);

async function setFault(name: Named, fault: keyof typeof namedFaults): Promise<void> {
  await withAdmin(async ({ store, workspace }) => {
    const demo = await workspace('demo');
    const source = await new Sources(store, new Sealing(noKey)).get(demo.id, demoSourceIds[systems[name]]!);
    if (!source) throw new Error(`The demo has no source ${name}; start it first`);
    const { origin } = new URL(source.baseUrl);
    const answer = await fetch(origin + faultPath, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(namedFaults[fault]),
    }).catch(() => undefined);
    if (!answer?.ok) throw new Error(`The emulated ${name} does not answer at ${origin}; is the demo running?`);
    printFields({ emulator: name, at: origin, fault: ((await answer.json()) as Fault).kind });
  });
}

export function addEmulatorCommands(program: Command): void {
  program
    .command('emulator')
    .description('make one of the demo’s emulated systems go wrong, or right again')
    .addArgument(new Argument('<system>').choices(Object.keys(systems)))
    .addArgument(new Argument('<fault>', '"none" heals it').choices(Object.keys(namedFaults)))
    .addHelpText(
      'after',
      '\nExample:\n  npm run admin -- emulator thrive away\n  npm run admin -- emulator thrive none',
    )
    .action(setFault);
}
