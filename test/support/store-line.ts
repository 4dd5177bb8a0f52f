import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Closeable } from '../../src/base/lifecycle.js';
import { mustBeClosed, wasClosed } from './leftovers.js';

/** A line to the store that can be cut, be slow, or keep back whatever asks for one collection. */
export class StoreLine implements Closeable {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #kept: (() => void)[] = [];
  #keepsBack: string | undefined;
  #isCut = false;
  #delayMs = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    private readonly port: number,
  ) {
    server.on('connection', (from) => this.#join(from));
  }

  /** @param url of the shared engine, which listens on a Unix socket. */
  static async open(url: string): Promise<StoreLine> {
    const path = decodeURIComponent(new URL(url).hostname);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return mustBeClosed(new StoreLine(server, path, port), 'a line to the store');
  }

  get url(): string {
    return `mongodb://127.0.0.1:${this.port}/?directConnection=true`;
  }

  /** From now on questions that name a collection are kept back; what does not name it passes. */
  keepBack(collection: string): void {
    this.#keepsBack = collection;
  }

  /** From now on nobody gets through, and who was connected is so no longer. */
  cut(): void {
    this.#isCut = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** From now on each question arrives so much later, in order. */
  slow(ms: number): void {
    this.#delayMs = ms;
  }

  /** Everything passes again and at once, what was kept back too. */
  restore(): void {
    this.#keepsBack = undefined;
    this.#isCut = false;
    this.#delayMs = 0;
    for (const pass of this.#kept.splice(0)) pass();
  }

  async close(): Promise<void> {
    wasClosed(this);
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #join(from: Socket): void {
    if (this.#isCut) return void from.destroy();
    const to = connect(this.target);
    const pair = [from, to] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#pairs.delete(pair);
        for (const one of pair) one.destroy();
      });
    }
    let queuedMs = 0;
    from.on('data', (chunk) => {
      const pass = (): void => void to.write(chunk);
      if (this.#keepsBack !== undefined && chunk.includes(this.#keepsBack)) return void this.#kept.push(pass);
      const lastMs = Math.max(queuedMs, performance.now() + this.#delayMs);
      queuedMs = lastMs;
      if (lastMs <= performance.now()) pass();
      else setTimeout(pass, lastMs - performance.now());
    });
    to.on('data', (chunk) => void from.write(chunk));
  }
}
