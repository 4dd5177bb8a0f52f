import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { PacedDemoOrder } from '../../scripts/demo/order.js';
import { builtProgram } from '../../scripts/support/built-program.js';
import { deferred } from '../../src/base/lifecycle.js';
import { type DemoMessage, demoOrderVariable } from '../../src/demo.js';

const program = await builtProgram('scripts/demo/main.ts');

/** Seals the secrets of the demo's sources. */
export const sourceSecretKey = '-'.repeat(32);

/** The demo's program, as a gateway forks it, and what it says. */
export class DemoProcess {
  readonly messages: DemoMessage[] = [];
  readonly #child: ChildProcess;
  #log = '';
  #waiting = deferred();

  constructor(order: Pick<PacedDemoOrder, 'url' | 'database'>) {
    const keys = { apiKey: 'demo-key', secret: 'demo-secret', readerSecret: 'demo-reader-secret' };
    const whole: PacedDemoOrder = { leaseMs: 2500, pauseMs: [5, 20], keys, sourceSecretKey, ...order };
    this.#child = fork(program, {
      env: { ...process.env, [demoOrderVariable]: JSON.stringify(whole) },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.on('message', (message) => {
      this.messages.push(message as DemoMessage);
      this.#wake();
    });
    this.#child.on('exit', () => this.#wake());
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (data: Buffer) => {
        this.#log += data;
      });
    }
    onTestFinished(() => this.kill());
  }

  get log(): string {
    return this.#log;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves once it has said that it does not feed any more. */
  async stoppedFeeding(): Promise<void> {
    await this.#until((message) => 'feeding' in message && message.feeding === null);
  }

  /** The first message, said or still to be said, that has the property. @throws when the program ends without it. */
  async heard<K extends string>(name: K): Promise<Extract<DemoMessage, Record<K, unknown>>> {
    return (await this.#until((message) => name in message)) as Extract<DemoMessage, Record<K, unknown>>;
  }

  /** Resolves once it has told of so many entries. */
  async progressed(done: number): Promise<void> {
    await this.#until((message) => 'made' in message && message.made >= done);
  }

  /** With -9. */
  async kill(): Promise<void> {
    await this.#end(() => this.#child.kill('SIGKILL'));
  }

  /** Answers its exit code. */
  async terminate(): Promise<number | null> {
    return this.#end(() => this.#child.kill('SIGTERM'));
  }

  /** As if its gateway were gone. */
  async leaveAlone(): Promise<number | null> {
    return this.#end(() => this.#child.disconnect());
  }

  /** Stops it in its tracks, as a laptop's lid does. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async #until(isIt: (message: DemoMessage) => boolean): Promise<DemoMessage> {
    for (;;) {
      const found = this.messages.find(isIt);
      if (found) return found;
      if (!this.isRunning) throw new Error(`The demo ended early: ${this.#log}`);
      await this.#waiting.promise;
    }
  }

  #wake(): void {
    this.#waiting.resolve();
    this.#waiting = deferred();
  }

  async #end(how: () => void): Promise<number | null> {
    if (this.isRunning) {
      const exit = once(this.#child, 'exit');
      how();
      await exit;
    }
    return this.#child.exitCode;
  }
}
