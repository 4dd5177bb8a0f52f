import { type ChildProcess, fork } from 'node:child_process';
import { deferred } from '../../src/base/lifecycle.js';
import { builtProgram } from '../support/built-program.js';

export interface GatewayOrder {
  readonly url: string;
  readonly database: string;
  /** False: this gateway neither tells others what it appended nor hears of it but by polling. */
  readonly signals: boolean;
}

/** A gateway's process, killed and started again. */
export class ChaosGateway {
  /** Where it listens, or listened until it was killed. */
  url = '';
  #child: ChildProcess | undefined;

  constructor(private readonly target: Pick<GatewayOrder, 'url' | 'database'>) {}

  /** Resolves once it listens. */
  async start(signals: boolean): Promise<void> {
    const order: GatewayOrder = { url: this.target.url, database: this.target.database, signals };
    const child = fork(await builtProgram('scripts/chaos/live-gateway.ts'), [JSON.stringify(order)], { execArgv: [] });
    this.#child = child;
    const { promise, resolve, reject } = deferred();
    child.on('message', ({ url }: { url: string }) => {
      this.url = url;
      resolve();
    });
    child.on('exit', (code, signal) => reject(new Error(`A gateway ended early (${signal ?? code})`)));
    await promise;
  }

  /** With -9. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }
}
