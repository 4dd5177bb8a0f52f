import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type OutputFile } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['src', 'scripts'];
const pages = join('src', 'server', 'pages');

/**
 * Turns every TypeScript file of `src` and `scripts` into one JavaScript file at the same place under `dist`; the
 * types are not checked. Only what differs is written, each file in one step, and what has no source any more goes.
 * @returns how many files were written or removed.
 */
export async function buildServer(dist: string): Promise<number> {
  const entryPoints = (await Promise.all(folders.map(sourcesIn))).flat();
  const { outputFiles } = await build({
    entryPoints,
    outbase: root,
    outdir: dist,
    absWorkingDir: root,
    tsconfig: join(root, 'tsconfig.json'),
    write: false,
    bundle: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  });
  const written = await Promise.all(outputFiles.map(writeIfChanged));
  return written.filter(Boolean).length + (await removeStale(dist, outputFiles));
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(root, file).startsWith(`${pages}/`));
}

async function writeIfChanged(file: OutputFile): Promise<boolean> {
  const present = await readFile(file.path).catch(() => undefined);
  if (present?.equals(file.contents)) return false;
  await mkdir(dirname(file.path), { recursive: true });
  const next = `${file.path}.${process.pid}`;
  await writeFile(next, file.contents);
  await rename(next, file.path);
  return true;
}

async function removeStale(dist: string, outputs: readonly OutputFile[]): Promise<number> {
  const wanted = new Set(outputs.map((file) => file.path));
  const present = await Promise.all(
    folders.map((folder) => readdir(join(dist, folder), { recursive: true, withFileTypes: true }).catch(() => [])),
  );
  const stale = present
    .flat()
    .filter((entry) => entry.isFile() && /\.js(\.map)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !wanted.has(file));
  await Promise.all(stale.map((file) => rm(file, { force: true })));
  return stale.length;
}
