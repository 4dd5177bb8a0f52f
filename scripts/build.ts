import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    pages: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    'pages-from': { type: 'string', default: fileURLToPath(new URL('../src/server/pages', import.meta.url)) },
    out: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
});

/** Says one line if the step did anything. */
async function step(name: string, run: () => Promise<string | undefined>): Promise<void> {
  const started = performance.now();
  const done = await run();
  if (done) console.log(`build: ${name}: ${done} (${Math.round(performance.now() - started)} ms)`);
}

const dist = resolve(values.out);
await mkdir(dist, { recursive: true });

// Each step's tools are loaded only where they are wanted: a start with nothing to do should not notice the build.
if (!values.pages) {
  await step('gateway', async () => {
    const { buildServer } = await import('./build-server.js');
    const changed = await buildServer(dist);
    return changed > 0 ? `${changed} files` : undefined;
  });
}
await step('pages', async () => {
  const { buildPages } = await import('./build-pages.js');
  const from = resolve(values['pages-from']);
  return (await buildPages(dist, { force: values.force, from })) ? 'GraphiQL bundled' : undefined;
});
