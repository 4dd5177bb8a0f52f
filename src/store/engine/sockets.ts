import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { EngineError } from './engine-error.js';

/** Where the one child that holds a data folder is reached, for as long as the data folder stays where it is. */
export interface Sockets {
  readonly folder: string;
  /** The driver connects here. A symlink, because the engine picks a new path at each opening. */
  readonly mongodb: string;
  /** Clients hold a connection here; the child counts them. */
  readonly control: string;
}

/** A Unix socket's path ends at 107 bytes on Linux and 103 on macOS; the engine adds a folder and a file to ours. */
const longestFolder = 103 - '/embedded-mongodb-XXXXXX/mongodb.sock'.length;

/**
 * The sockets of an existing data folder. They lie outside of it, since its path may be longer than a socket's may be,
 * under a name that every process of this user computes alike.
 * @throws EngineError when this machine has no folder short enough for them.
 */
export function socketsOf(dataFolder: string): Sockets {
  const name = createHash('sha256').update(realpathSync(dataFolder)).digest('hex').slice(0, 16);
  const folder = join(temporaryFolder(), `activity-gateway-${userInfo().uid}-${name}`);
  if (Buffer.byteLength(folder) > longestFolder) {
    throw new EngineError(`TMPDIR is too long for a Unix socket: ${folder} has more than ${longestFolder} bytes`);
  }
  return { folder, mongodb: join(folder, 'mongodb.sock'), control: join(folder, 'control.sock') };
}

/** `/tmp` before TMPDIR: two processes of one user may have different TMPDIRs and must still meet. */
function temporaryFolder(): string {
  try {
    accessSync('/tmp', constants.W_OK | constants.X_OK);
    return '/tmp';
  } catch {
    return tmpdir();
  }
}

/**
 * True if the folder exists and nobody else can have put anything into it.
 * @throws EngineError if it is another user's, open to others, or no folder.
 */
export function isPrivate(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (!stat.isDirectory() || stat.uid !== userInfo().uid || (stat.mode & 0o077) !== 0) {
    throw new EngineError(`${folder} must be a folder that belongs to this user alone; remove it and start again`);
  }
  return true;
}

/** Makes the folder, or empties it of what a killed predecessor left. Only whoever holds the data folder's lock may call it. */
export function takeFolder({ folder }: Sockets): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  isPrivate(folder);
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
}
