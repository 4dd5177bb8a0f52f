import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { namesOf } from './new-source/names.js';
import { registrations } from './new-source/registration.js';
import { sourceTemplates } from './new-source/source-templates.js';
import { testTemplates } from './new-source/test-templates.js';

const program = new Command('new-source')
  .description('Makes the folder, fixtures, emulator and suite of a new source, and lists it where sources are listed.')
  .argument('<name>', 'lower-case words joined by hyphens, such as acme')
  .option('--root <folder>', 'of the repository', fileURLToPath(new URL('..', import.meta.url)))
  .parse();
const root = resolve(program.opts<{ root: string }>().root);
const names = namesOf(program.args[0]!);

const own = Object.entries(sourceTemplates(names)).map(
  ([file, text]) => [`src/sources/${names.folder}/${file}`, text] as const,
);
const files = [...own, ...Object.entries(testTemplates(names))];
const taken = files.find(([path]) => existsSync(join(root, path)));
if (taken) throw new Error(`${taken[0]} exists already`);

// All changes are made before the first file is written: a list that is not as it was leaves everything as it is.
const changed = registrations(names).map(
  ({ path, change }) => [path, change(readFileSync(join(root, path), 'utf8'))] as const,
);
for (const [path, text] of [...files, ...changed]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(path);
}
console.log(`
Next: npx vitest run test/sources/suite -t ${names.system}
Every failure says what is still to be written. Then: npm run format && npm run codegen && npm test`);
