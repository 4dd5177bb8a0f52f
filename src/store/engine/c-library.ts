import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fetchPackages, unpack } from './apt.js';
import { EngineError, messageOf } from './engine-error.js';

/** What the embedded engine's binary is linked against. */
const neededGlibc = '2.38';
const packages = ['libc6', 'libstdc++6', 'libgcc-s1'];

const platforms: Partial<Record<NodeJS.Architecture, { debian: string; triplet: string; loader: string }>> = {
  x64: { debian: 'amd64', triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { debian: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/** The version of glibc that this process runs on; undefined where there is none (macOS, musl). */
export function glibcVersion(): string | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  // Otherwise the report looks up names for its list of network interfaces.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

export const isNewEnough = (version: string): boolean =>
  version.localeCompare(neededGlibc, 'en', { numeric: true }) >= 0;

/**
 * What to put before a program so that it runs on a newer C library than the system's, which stays untouched.
 * Fetches that library into this user's cache unless it is there.
 * @throws EngineError if it is missing and cannot be fetched.
 */
export async function newerLoader(fallbackCache: string, progress: (line: string) => void): Promise<string[]> {
  const platform = platforms[process.arch];
  if (platform === undefined) throw new EngineError(`there is no engine for ${process.platform} on ${process.arch}`);
  const cache = await writableCache(fallbackCache);
  const home = join(cache, `libc-trixie-${platform.debian}`);
  const libraries = join(home, 'usr/lib', platform.triplet);
  const loader = join(libraries, platform.loader);
  if (!existsSync(loader)) await fetchInto(cache, home, platform.debian, progress);
  const inherited = process.env.LD_LIBRARY_PATH;
  return [loader, '--library-path', inherited ? `${libraries}:${inherited}` : libraries];
}

/** Works beside the final folder and renames at the end: a killed fetch leaves nothing half done, and of two at once the second yields. */
async function fetchInto(
  cache: string,
  home: string,
  architecture: string,
  progress: (line: string) => void,
): Promise<void> {
  await removeAbandoned(cache);
  const work = join(cache, `part-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
  await mkdir(work);
  try {
    progress(
      `The engine needs glibc ${neededGlibc} and this system has ${glibcVersion()}: fetching Debian 13's (once)`,
    );
    const files = await fetchPackages({ work, architecture, packages, progress });
    const root = join(work, 'root');
    for (const file of files) await unpack(file, root, progress);
    await rename(root, home).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    progress(`The newer C library is in ${home}`);
  } catch (error) {
    throw new EngineError(messageOf(error), { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What a killed fetch left, once it is surely not one under way. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('part-')) continue;
    const path = join(cache, name);
    const changed = await stat(path).catch(() => undefined);
    if (changed && Date.now() - changed.mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

async function writableCache(fallback: string): Promise<string> {
  const preferred = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'activity-gateway');
  try {
    await mkdir(preferred, { recursive: true });
    return preferred;
  } catch {
    await mkdir(fallback, { recursive: true });
    return fallback;
  }
}
