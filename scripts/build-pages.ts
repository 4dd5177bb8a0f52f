import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pagesConfig } from './vite.pages.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles the pages into `<dist>/pages`, unless what lies there was made of the same inputs.
 * `<dist>/pages` is a link to a folder named by the hash of its inputs: it changes over in one step, so a gateway that
 * serves the old ones, or another build at the same time, never meets half of them.
 * @param options.from the folder of the page's sources.
 * @returns whether anything was built.
 */
export async function buildPages(
  dist: string,
  options: { readonly force: boolean; readonly from: string },
): Promise<boolean> {
  const name = `pages-${await inputHash(options.from)}`;
  const link = join(dist, 'pages');
  if (!options.force && (await currentTarget(link)) === name && existsSync(join(link, 'index.html'))) return false;

  const work = join(dist, `.pages-${process.pid}`);
  // React is bundled in the form that this names.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  try {
    await build(pagesConfig(options.from, work));
    await compress(join(work, 'assets'));
    if (options.force) await rm(join(dist, name), { recursive: true, force: true });
    await rename(work, join(dist, name)).catch((error: NodeJS.ErrnoException) => {
      // Another build of the same inputs was first: its files are as good as ours.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    await pointAt(link, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await removeOthers(dist, name);
  return true;
}

async function inputHash(from: string): Promise<string> {
  const hash = createHash('sha256');
  const sources = (await readdir(from, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const others = ['package-lock.json', 'tsconfig.json', 'scripts/vite.pages.ts', 'scripts/build-pages.ts'];
  const files = [...sources, ...others.map((file) => join(root, file))].sort();
  for (const file of files) hash.update(`${relative(root, file)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function currentTarget(link: string): Promise<string | undefined> {
  return readlink(link).catch(() => undefined);
}

async function pointAt(link: string, name: string): Promise<void> {
  if ((await currentTarget(link)) === undefined) await rm(link, { recursive: true, force: true });
  const next = `${link}.${process.pid}`;
  await rm(next, { force: true });
  await symlink(name, next);
  await rename(next, link);
}

/** A reader on a slow line gets a quarter of the bytes; loopback does not notice. */
async function compress(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(js|css|ttf)$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      await writeFile(`${file}.gz`, await promisify(gzip)(await readFile(file)));
    }),
  );
}

async function removeOthers(dist: string, keep: string): Promise<void> {
  await mkdir(dist, { recursive: true });
  const old = (await readdir(dist)).filter(
    (name) => (/^pages-[0-9a-f]{16}$/.test(name) && name !== keep) || isOfDeadBuild(name),
  );
  await Promise.all(old.map((name) => rm(join(dist, name), { recursive: true, force: true })));
}

/** A build that was interrupted leaves its work behind. */
function isOfDeadBuild(name: string): boolean {
  const pid = /^\.pages-(\d+)$/.exec(name)?.[1];
  if (pid === undefined) return false;
  try {
    return !process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
