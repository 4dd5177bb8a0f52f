import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from './engine-error.js';

interface Fetch {
  /** An empty folder; everything is written below it. */
  readonly work: string;
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Where to fetch from, tried in turn. Default: the machine's mirror, then Debian's own. */
  readonly mirrors?: readonly string[];
  readonly progress: (line: string) => void;
}

const suite = 'trixie';
/** Signed with Debian 12's key too, so that an older keyring can verify it. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const debianMirror = 'http://deb.debian.org/debian';

/**
 * Downloads packages of Debian 13 with apt-get in folders of its own: it needs no root and the system's apt never notices.
 * Packages are verified by apt through the archive's signature. Resolves to the files.
 * @throws Error with apt's own complaint.
 */
export async function fetchPackages({ work, architecture, packages, mirrors, progress }: Fetch): Promise<string[]> {
  if (!existsSync(keyring)) throw new Error(`${keyring} is missing (package debian-archive-keyring)`);
  const folders = ['state/lists/partial', 'cache/archives/partial', 'debs'];
  for (const folder of folders) await mkdir(join(work, folder), { recursive: true });
  await writeFile(join(work, 'status'), '');
  await writeFile(join(work, 'apt.conf'), await configuration(work, architecture));
  const env = { APT_CONFIG: join(work, 'apt.conf') };
  await firstThatWorks(mirrors ?? (await knownMirrors()), async (mirror) => {
    const source = `Types: deb\nURIs: ${mirror}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`;
    await writeFile(join(work, 'debian.sources'), source);
    await run('apt-get', ['-q', 'update'], { cwd: work, env, progress });
  });
  await run('apt-get', ['-q', 'download', ...packages], { cwd: join(work, 'debs'), env, progress });
  const debs = (await readdir(join(work, 'debs'))).filter((name) => name.endsWith('.deb'));
  return debs.map((name) => join(work, 'debs', name));
}

/** Unpacks a package without installing it. */
export async function unpack(file: string, root: string, progress: (line: string) => void): Promise<void> {
  progress(`Unpacking ${basename(file)} (${Math.ceil((await stat(file)).size / 1000)} kB)`);
  await run('dpkg-deb', ['-x', file, root], { cwd: root.replace(/\/[^/]*$/, ''), env: {}, progress });
}

/** Of the machine's own settings those for fetching are kept (proxies, timeouts), and its hooks, which act on the system, are not. */
async function configuration(work: string, architecture: string): Promise<string> {
  const machine: string[] = [];
  await run('apt-config', ['dump'], { cwd: work, env: {}, progress: () => {}, onLine: (line) => machine.push(line) });
  return [
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    ...machine.filter((line) => line.startsWith('Acquire::') && !line.startsWith('Acquire::IndexTargets')),
    'Acquire::Languages "none";',
    // Otherwise an update that fetched nothing counts as done.
    'APT::Update::Error-Mode "any";',
    'Dir::Etc::Parts "/dev/null";',
    'Dir::Etc::Main "/dev/null";',
    'Dir::Etc::SourceParts "/dev/null";',
    `Dir::Etc::SourceList "${join(work, 'debian.sources')}";`,
    `Dir::State "${join(work, 'state')}";`,
    `Dir::State::status "${join(work, 'status')}";`,
    `Dir::Cache "${join(work, 'cache')}";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    // Root's cache is closed to the user whom apt would otherwise fetch as.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User "root";'] : []),
    '',
  ].join('\n');
}

/** The mirror that this machine already uses for Debian, if it has one, which may lack the newer suite; then Debian's own. */
async function knownMirrors(): Promise<string[]> {
  const places = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];
  const texts = await Promise.all(places.map((place) => readFile(place, 'utf8').catch(() => '')));
  const found = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(https?:\/\/\S*\/debian)\/?(?:\s|$)/m.exec(texts.join('\n'))?.[1];
  return [...new Set([found ?? debianMirror, debianMirror])];
}

async function firstThatWorks(mirrors: readonly string[], action: (mirror: string) => Promise<void>): Promise<void> {
  const failures: string[] = [];
  for (const mirror of mirrors) {
    try {
      return await action(mirror);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new Error(failures.join('; '));
}

interface Running {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
  readonly onLine?: (line: string) => void;
}

async function run(command: string, args: readonly string[], { cwd, env, progress, onLine }: Running): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    onLine?.(line);
    if (/^(Get|Fetched)/.test(line)) progress(`  ${line}`);
  });
  createInterface(child.stderr).on('line', (line) => complaints.push(line));
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'is missing' : error.message),
    );
    child.once('close', (status, signal) => resolve(status ?? `ended with ${signal}`));
  });
  if (code === 0) return;
  const errors = complaints.filter((line) => /^(E|W):/.test(line));
  throw new Error(`${command} ${typeof code === 'string' ? code : `failed: ${errors.join('; ') || `code ${code}`}`}`);
}
