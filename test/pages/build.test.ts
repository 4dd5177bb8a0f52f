import { access, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBuild } from '../support/pages.js';

let dist: string;

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'build-'));
});
afterAll(async () => {
  await rm(dist, { recursive: true, force: true });
});

describe('build', () => {
  it('survives being run twice at once, and says nothing when there is nothing to do', async () => {
    const both = await Promise.all([runBuild('--out', dist), runBuild('--out', dist)]);
    expect(both.join('')).toMatch(/^build: gateway: \d+ files \(\d+ ms\)$/m);
    expect(both.join('')).toMatch(/^build: pages: GraphiQL bundled \(\d+ ms\)$/m);

    const html = await readFile(join(dist, 'pages/index.html'), 'utf8');
    for (const [, file] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) await access(join(dist, 'pages', file!));
    const { sleep } = (await import(join(dist, 'src/base/lifecycle.js'))) as { sleep: (ms: number) => Promise<void> };
    await sleep(0);

    expect((await readdir(dist)).filter((name) => name !== 'src' && name !== 'scripts').sort()).toEqual([
      'pages',
      await readlink(join(dist, 'pages')),
    ]);
    expect(await runBuild('--out', dist)).toBe('');
  }, 120_000);

  it('writes what changed, and removes what has no source', async () => {
    const [changed, kept] = [join(dist, 'src/base/clock.js'), join(dist, 'src/base/errors.js')];
    const before = await stat(kept);
    const wanted = await readFile(changed, 'utf8');
    await writeFile(changed, 'of an older source');
    await writeFile(join(dist, 'src/base/gone.js'), 'whose source was removed');
    expect(await runBuild('--out', dist)).toMatch(/^build: gateway: 2 files/);
    expect(await readFile(changed, 'utf8')).toBe(wanted);
    expect((await stat(kept)).mtimeMs).toBe(before.mtimeMs);
    await expect(access(join(dist, 'src/base/gone.js'))).rejects.toThrow('ENOENT');
  }, 60_000);
});
