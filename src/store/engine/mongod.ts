import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { sleep } from '../../base/lifecycle.js';
import { isAlive } from './alive.js';
import { DataFolderTaken, type Serving } from './order.js';
import { type Sockets, takeFolder } from './sockets.js';

/**
 * Runs mongod so that it dies with us: a watcher beside it waits for the end of a pipe that this process holds,
 * which the kernel closes however this process ends. Without it a killed child would leave mongod with the lock.
 */
const withWatcher = '(read -r _ <&3; kill -9 $$) & exec "$0" "$@" 3<&-';

/** mongod's exit code when another process has its data folder open. */
const lockedExitCode = 100;

/**
 * Starts a `mongod` that listens on a Unix socket only.
 * @throws DataFolderTaken if another process has the data folder open.
 */
export async function openMongod(executable: string, dataFolder: string, sockets: Sockets): Promise<Serving> {
  // mongod takes the lock and listens in one step, so its socket's folder must be one that no other child can be using.
  const folder = `${sockets.folder}-${process.pid}`;
  takeFolder({ ...sockets, folder });
  const socketPath = join(folder, 'mongod.sock');
  const args = ['--dbpath', dataFolder, '--bind_ip', socketPath, '--unixSocketPrefix', folder, '--quiet'];
  const child = spawn('/bin/sh', ['-c', withWatcher, executable, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const stopped = ended.then(([code, signal]) => ({ code, reason: `mongod ended with ${signal ?? `code ${code}`}` }));
  for (;;) {
    const early = await Promise.race([stopped, answers(socketPath).then((yes) => (yes ? 'yes' : 'no'))]);
    if (early === 'yes') break;
    if (early !== 'no') {
      rmSync(folder, { recursive: true, force: true });
      if (early.code === lockedExitCode) throw new DataFolderTaken(early.reason);
      throw new Error(`${early.reason}; its last lines are in the engine's log file`);
    }
    await sleep(25);
  }
  takeFolder(sockets);
  removeOfKilled(sockets);
  return {
    socketPath,
    lost: stopped.then(({ reason }) => reason),
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A keeper that was killed could not remove its mongod's socket. */
function removeOfKilled(sockets: Sockets): void {
  const parent = dirname(sockets.folder);
  for (const name of readdirSync(parent)) {
    const keeper = new RegExp(`^${basename(sockets.folder)}-(\\d+)$`).exec(name)?.[1];
    if (keeper && !isAlive(Number(keeper))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    function settle(yes: boolean) {
      socket.destroy();
      resolve(yes);
    }
  });
}
