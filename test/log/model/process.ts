import type { Clock } from '../../../src/base/clock.js';
import type { Id } from '../../../src/base/ids.js';
import { silentLogger } from '../../../src/base/logger.js';
import { Durability } from '../../../src/log/durability.js';
import type { LogFeed } from '../../../src/log/feed.js';
import { Feeds } from '../../../src/log/feeds.js';
import { Recorder } from '../../../src/log/recorder.js';
import { Removal } from '../../../src/log/removal.js';
import { Retention } from '../../../src/log/retention.js';
import type { LogRecords } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import type { LogStateStore } from '../../../src/store/log-states.js';
import type { Connection, SimServer } from './server.js';
import { SimLogs, SimStates, simStore } from './store.js';

/** What a process is built from. A test that breaks a rule replaces some. */
export interface Parts {
  readonly logs: LogRecords;
  readonly states: LogStateStore;
  readonly store: Pick<Store, 'concerns' | 'incarnation'>;
  readonly durability: Durability;
}

export interface Breakage {
  /** What every part of the process gets. */
  all?(parts: Parts): Parts;
  recorder?(parts: Parts): Parts;
  feed?(parts: Parts): Parts;
  sweeper?(parts: Parts): Parts;
  /** What removals are appended by. */
  removalRecorder?(recorder: Recorder): Recorder;
}

export interface ProcessOptions {
  readonly name: string;
  readonly server: SimServer;
  readonly workspaceId: Id;
  readonly clock: Clock;
  readonly breakage: Breakage;
  readonly pageRecords: number;
  onAppended(seq: number): void;
}

export const holeMs = 200;
export const giveUpMs = 1500;

/** One process of the gateway: the real parts, joined as they are there, over the simulated server. */
export class SimProcess {
  readonly connection: Connection = { alive: true };
  readonly recorder: Recorder;
  readonly feeds: Feeds;
  readonly removal: Removal;
  readonly retention: Retention;
  readonly parts: Parts;
  feed: LogFeed | undefined;
  /** The highest number that it acknowledged. */
  acknowledged = 0;
  /** Appends that are not answered yet. */
  appending = 0;
  /** The lowest number that it was given for what is not answered yet. */
  lowestOpen = Infinity;
  /** Where its feed was last found. */
  checked = { epoch: 0, seq: 0 };

  constructor(readonly options: ProcessOptions) {
    const { server, workspaceId, clock, breakage, pageRecords } = options;
    const logs = new SimLogs(server, this.connection);
    const states = new SimStates(server, this.connection, (first) => {
      this.lowestOpen = Math.min(this.lowestOpen, first);
    });
    const store = simStore(server, this.connection);
    const real: Parts = { logs, states, store, durability: new Durability(store, states) };
    this.parts = breakage.all?.(real) ?? real;
    const shared = { logger: silentLogger, clock, giveUpMs, holeMs, pollMs: 60, pageRecords };
    this.recorder = new Recorder({
      ...(breakage.recorder?.(this.parts) ?? this.parts),
      ...shared,
      onAppended: (_, seq) => {
        if (!this.connection.alive) return;
        this.feeds.wake(workspaceId, seq);
        options.onAppended(seq);
      },
    });
    this.feeds = new Feeds(
      {
        ...(breakage.feed?.(this.parts) ?? this.parts),
        ...shared,
        onEpoch: (id) => this.recorder.forget(id),
      },
      (id) => this.recorder.acknowledged(id),
    );
    this.removal = new Removal(
      this.parts.logs,
      this.parts.states,
      breakage.removalRecorder?.(this.recorder) ?? this.recorder,
      breakage.sweeper?.(this.parts).durability ?? this.parts.durability,
      clock,
    );
    this.retention = new Retention(this.parts.logs, this.parts.states, 0);
  }

  get alive(): boolean {
    return this.connection.alive;
  }

  /** Opens the feed, however often that fails. */
  async open(): Promise<void> {
    while (this.alive && !this.feed) {
      try {
        this.feed = await this.feeds.open(this.options.workspaceId);
        this.checked = { epoch: this.feed.place.epoch, seq: 0 };
      } catch {
        // A lost answer: ask again.
      }
    }
  }

  /** As `kill -9` does: it hears nothing any more. */
  kill(): void {
    this.connection.alive = false;
    void this.feed?.close();
  }
}
