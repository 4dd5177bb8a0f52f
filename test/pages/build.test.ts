import { access, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBuild } from '../support/pages.js';

let folder: string;
let dist: string;
/** Builds beside a page that is quickly bundled; GraphiQL itself is for the tests that open it. */
const build = (): Promise<string> => runBuild('--out', dist, '--pages-from', join(folder, 'page'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-'));
  dist = join(folder, 'dist');
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page/index.html'), '<script type="module" src="./page.tsx"></script>');
  await writeFile(join(folder, 'page/page.tsx'), "import './page.css';\ndocument.title = 'bundled';\n");
  await writeFile(join(folder, 'page/page.css'), 'body { margin: 0; }\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('build', () => {
  it('survives being run twice at once, and says nothing when there is nothing to do', async () => {
    const both = await Promise.all([build(), build()]);
    expect(both.join('')).toMatch(/^build: gateway: \d+ files \(\d+ ms\)$/m);
    expect(both.join('')).toMatch(/^build: pages: GraphiQL bundled \(\d+ ms\)$/m);

    const html = await readFile(join(dist, 'pages/index.html'), 'utf8');
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
    expect(files).toHaveLength(2);
    for (const file of files) await access(join(dist, 'pages', `${file}.gz`));
    const { sleep } = (await import(join(dist, 'src/base/lifecycle.js'))) as { sleep: (ms: number) => Promise<void> };
    await sleep(0);

    expect((await readdir(dist)).filter((name) => name !== 'src' && name !== 'scripts').sort()).toEqual([
      'pages',
      await readlink(join(dist, 'pages')),
    ]);
    expect(await build()).toBe('');
  }, 120_000);

  it('writes what changed, and removes what has no source', async () => {
    const [changed, kept] = [join(dist, 'src/base/clock.js'), join(dist, 'src/base/errors.js')];
    const before = await stat(kept);
    const wanted = await readFile(changed, 'utf8');
    await writeFile(changed, 'of an older source');
    await writeFile(join(dist, 'src/base/gone.js'), 'whose source was removed');
    expect(await build()).toMatch(/^build: gateway: 2 files/);
    expect(await readFile(changed, 'utf8')).toBe(wanted);
    expect((await stat(kept)).mtimeMs).toBe(before.mtimeMs);
    await expect(access(join(dist, 'src/base/gone.js'))).rejects.toThrow('ENOENT');
  }, 60_000);
});
