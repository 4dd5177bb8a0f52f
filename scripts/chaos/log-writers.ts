import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Deferred, deferred } from '../../src/base/lifecycle.js';
import { builtProgram } from '../support/built-program.js';

export interface ChaosTarget {
  readonly url: string;
  readonly database: string;
  readonly workspaceId: string;
}

export interface Acknowledged {
  readonly id: string;
  readonly seq: number;
}

/** A writer's process, killed and started again, and what it was told by the log over all its lives. */
export class ChaosWriter {
  /** By key. */
  readonly acknowledged = new Map<number, Acknowledged>();
  /** Entry to the number of its removal. */
  readonly removed = new Map<string, number>();
  readonly surprises: string[] = [];
  #child: ChildProcess | undefined;
  #starting: Promise<void> = Promise.resolve();
  #done: Deferred<void> = deferred();
  #stopping = false;

  constructor(
    readonly name: string,
    private readonly target: ChaosTarget,
    private readonly seed: () => number,
  ) {}

  /** Resolves once the process writes. */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  /** With -9. Answers whether there was a process to kill. */
  kill(): boolean {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return false;
    return child.kill('SIGKILL');
  }

  /** Lets it complete what it has begun, and end. */
  async finish(): Promise<void> {
    this.#stopping = true;
    // Whoever was killed just now is being started again, and writes once more.
    await this.#starting.catch(() => {});
    this.#child?.send('stop', () => {});
    await this.#done.promise;
  }

  async #start(): Promise<void> {
    const order = { ...this.target, name: this.name, from: this.#firstUnknown(), seed: this.seed() };
    const child = fork(await builtProgram('scripts/chaos/log-writer.ts'), [JSON.stringify(order)], {
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.#child = child;
    const done = deferred();
    this.#done = done;
    const { promise, resolve, reject } = deferred();
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line === 'READY') resolve();
      else if (line === 'DONE') done.resolve();
      else this.#note(line);
    });
    child.on('exit', (code, signal) => {
      reject(new Error(`${this.name} ended early (${signal ?? code})`));
      done.resolve();
    });
    // A writer that is killed before it was ready is started again by whoever killed it.
    promise.catch(() => {});
    if (this.#stopping) child.send('stop', () => {});
    await promise.catch((error) => {
      if (!this.#stopping && child.signalCode === null) throw error;
    });
  }

  #firstUnknown(): number {
    let key = 0;
    while (this.acknowledged.has(key)) key += 1;
    return key;
  }

  #note(line: string): void {
    const [kind, ...rest] = line.split(' ');
    if (kind === 'R') {
      this.removed.set(rest[0]!, Number(rest[1]));
      return;
    }
    const [key, outcome, id, seq] = rest as [string, string, string, string];
    const before = this.acknowledged.get(Number(key));
    if (outcome === 'CONFLICT') this.surprises.push(`${this.name}-${key} met a conflict`);
    if (before && (before.id !== id || before.seq !== Number(seq))) {
      this.surprises.push(
        `${this.name}-${key} was acknowledged as ${before.id} at ${before.seq}, then as ${id} at ${seq}`,
      );
    }
    this.acknowledged.set(Number(key), { id, seq: Number(seq) });
  }
}
