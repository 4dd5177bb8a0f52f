import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sleep } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import { type Attachment, attach, type Launch } from './attach.js';
import { chooseEngine, type EngineKind } from './choice.js';
import { messageOf } from './engine-error.js';
import { socketsOf } from './sockets.js';

export interface EngineOptions {
  readonly dataDir: string;
  /** `undefined`: the one whose data is in `dataDir`, else the embedded one. */
  readonly kind?: EngineKind | undefined;
  /** Lines for the person who waits, while a first start fetches what it needs. Default: the logger. */
  readonly progress?: (line: string) => void;
  readonly logger: Logger;
  /** The engine ends this long after its last client has gone. Milliseconds. */
  readonly idleMs?: number;
}

export interface Engine {
  /** For the driver. Stays the same however often the engine is restarted. */
  readonly url: string;
  /** Engine and version, e.g. `embedded-0.1.1`. */
  readonly kind: string;
  /** The process that serves now; undefined while there is none. */
  pid(): number | undefined;
  /** Lets go. The engine ends by itself when nobody is left. */
  close(): Promise<void>;
}

/**
 * Joins the engine that serves `dataDir`, or starts it, and starts it again whenever it dies until this client is closed.
 * Resolves once drivers can connect.
 * @throws EngineError if no engine can be opened.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { logger, idleMs = 5_000 } = options;
  const progress = options.progress ?? ((line) => logger.info(line));
  const dataDir = resolve(options.dataDir);
  const choice = await chooseEngine(dataDir, options.kind, progress);
  const dataFolder = join(dataDir, choice.name);
  mkdirSync(dataFolder, { recursive: true });
  const launch: Launch = {
    sockets: socketsOf(dataFolder),
    node: choice.node,
    order: { engine: choice.engine, dataFolder, idleMs, ...(choice.mongod ? { mongod: choice.mongod } : {}) },
    logFolder: dataDir,
    progress,
  };
  const client = new EngineClient(choice.name, launch, logger);
  await client.open();
  return client;
}

/** Up to this many deaths in close succession the next child is started at once; then ever later. */
const quickRestarts = 3;
const longestPauseMs = 5_000;
const settledMs = 2_000;

class EngineClient implements Engine {
  readonly url: string;
  readonly #closing = new AbortController();
  #attachment: Attachment | undefined;
  #keeping: Promise<void> = Promise.resolve();

  constructor(
    readonly kind: string,
    private readonly launch: Launch,
    private readonly logger: Logger,
  ) {
    // The engine is a standalone server: no other member to discover, and none of the sessions that retried writes need.
    this.url = `mongodb://${encodeURIComponent(launch.sockets.mongodb)}/?directConnection=true&retryWrites=false`;
  }

  async open(): Promise<void> {
    const attachment = await attach(this.launch, this.#closing.signal);
    this.#keeping = this.#keep(attachment);
  }

  pid(): number | undefined {
    return this.#attachment?.pid;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#attachment?.connection.destroy();
    await this.#keeping;
  }

  async #keep(first: Attachment): Promise<void> {
    let attachment: Attachment | undefined = first;
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      if (attachment) {
        const since = performance.now();
        await this.#held(attachment);
        if (this.#closing.signal.aborted) return;
        this.logger.warn({ pid: attachment.pid }, 'the engine ended; starting it again');
        failures = performance.now() - since > settledMs ? 0 : failures + 1;
      }
      // Every client of a dead engine is here at the same moment; a little apart, most find a child already there.
      const pauseMs = failures <= quickRestarts ? 20 : Math.min(50 * 2 ** (failures - quickRestarts), longestPauseMs);
      await sleep(pauseMs * Math.random(), this.#closing.signal);
      attachment = await this.#again();
      if (!attachment) failures++;
    }
    attachment?.connection.destroy();
  }

  #held(attachment: Attachment): Promise<void> {
    this.#attachment = attachment;
    return new Promise((settle) => {
      const done = () => {
        this.#attachment = undefined;
        settle();
      };
      if (attachment.connection.destroyed) return done();
      attachment.connection.once('close', done);
    });
  }

  async #again(): Promise<Attachment | undefined> {
    try {
      const attachment = await attach(this.launch, this.#closing.signal);
      this.logger.info({ pid: attachment.pid }, 'the engine serves again');
      return attachment;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.logger.error({ err: error }, messageOf(error));
      return undefined;
    }
  }
}
