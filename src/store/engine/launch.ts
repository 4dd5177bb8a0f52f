import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ChildOrder, type Opening, openingDescriptor } from './order.js';

/** Above this size the child's log is put aside before the next child starts, replacing the one put aside before. */
const longestLogBytes = 10_000_000;

/**
 * Starts a child and waits until it serves, or cannot. It outlives this process and its terminal: a Ctrl-C reaches
 * the gateway, which finishes what it has accepted, and for that needs the engine.
 * @param node what runs Node: the executable, with the dynamic loader before it where the system's C library is too old.
 * @param logFolder where `engine.log` is written.
 */
export async function launchChild(node: readonly string[], order: ChildOrder, logFolder: string): Promise<Opening> {
  const logFile = join(logFolder, 'engine.log');
  const log = openLog(logFile);
  const [command = process.execPath, ...prefix] = node;
  const args = [...prefix, ...childArguments(), JSON.stringify(order)];
  const child = spawn(command, args, {
    detached: true,
    cwd: '/',
    env: childEnvironment(),
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  const pipe = child.stdio[openingDescriptor] as NodeJS.ReadableStream;
  const line = await text(pipe);
  if (line === '') {
    const reason = await ended;
    return { state: 'failed', message: `The engine's process failed: ${reason}; see ${logFile}` };
  }
  child.unref();
  return JSON.parse(line) as Opening;
}

/** From sources the child runs as TypeScript too. */
function childArguments(): string[] {
  const own = fileURLToPath(import.meta.url);
  const child = join(own, '..', own.endsWith('.ts') ? 'child.ts' : 'child.js');
  if (!own.endsWith('.ts')) return [child];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, child];
}

/** The child lives on its own: none of our secrets, and no NODE_OPTIONS that opens a debugger or collects coverage. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'TMPDIR'];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > longestLogBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}
