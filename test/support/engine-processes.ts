import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

export interface Client {
  readonly process: ChildProcess;
  readonly url: string;
  /** The engine's process. */
  readonly pid: number;
}

/** A process of its own that has the engine of `dataDir` open. */
export async function startClient(dataDir: string, idleMs: number): Promise<Client> {
  const child = fork(join(import.meta.dirname, 'engine-client.ts'), [dataDir, String(idleMs)], {
    execArgv: ['--import', 'tsx'],
  });
  const [opened] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the client ended with ${code}`))),
  ])) as [{ url: string; pid: number }];
  return { process: child, ...opened };
}

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** False also for a process that has ended and that nobody has waited for yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export async function gone(pid: number): Promise<void> {
  await vi.waitFor(
    () => {
      if (isAlive(pid)) throw new Error(`process ${pid} is still there`);
    },
    { timeout: 15_000, interval: 20 },
  );
}
