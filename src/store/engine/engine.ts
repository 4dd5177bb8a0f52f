import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sleep } from '../../base/lifecycle.js';
import type { Logger } from '../../base/logger.js';
import { attach, type Launch } from './attach.js';
import type { Attachment } from './attachment.js';
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
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
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

/** An engine that lived for less than this failed at starting, or nearly so. */
const settledMs = 500;
/** Up to this many failures in a row the next child is started at once; then ever later. */
const quickRestarts = 3;
const longestPauseMs = 2_000;
/** When an engine dies, its clients come forward one after the other, so that not each of them starts a child. */
const apartMs = 400;
const longestHeadStartMs = 2_000;

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
    this.#attachment = await attach(this.launch, this.#closing.signal);
    this.#keeping = this.#keep(this.#attachment);
  }

  pid(): number | undefined {
    return this.#attachment?.pid;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#keeping;
  }

  async #keep(attachment: Attachment): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      const since = performance.now();
      await attachment.ended;
      this.#attachment = undefined;
      if (this.#closing.signal.aborted) return;
      this.logger.warn({ pid: attachment.pid }, 'the engine ended; starting it again');
      failures = performance.now() - since > settledMs ? 0 : failures + 1;
      let again: Attachment | undefined;
      while (!again && !this.#closing.signal.aborted) {
        const pauseMs = failures <= quickRestarts ? 0 : Math.min(50 * 2 ** (failures - quickRestarts), longestPauseMs);
        await sleep(pauseMs, this.#closing.signal);
        again = await this.#again(Math.min(attachment.rank() * apartMs, longestHeadStartMs));
        if (!again) failures++;
      }
      if (!again) return;
      attachment = again;
      this.#attachment = again;
    }
    attachment.close();
  }

  async #again(headStartMs: number): Promise<Attachment | undefined> {
    try {
      const attachment = await attach(this.launch, this.#closing.signal, headStartMs);
      this.logger.info({ pid: attachment.pid }, 'the engine serves again');
      return attachment;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.logger.error({ err: error }, messageOf(error));
      return undefined;
    }
  }
}
