import { silentLogger } from '../../src/base/logger.js';
import type { LogFeed } from '../../src/log/feed.js';
import { type Log, openLog } from '../../src/log/log.js';
import type { LogRecord } from '../../src/model/log-record.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import type { ChaosTarget } from './log-writers.js';

/** Reads the log along as another gateway would, over a connection of its own, and keeps what it was told. */
export class ChaosFollower {
  readonly seen: { readonly seq: number; readonly id: string; readonly kind: LogRecord['kind'] }[] = [];
  readonly ended: string[] = [];

  private constructor(
    private readonly store: Store,
    private readonly log: Log,
    private readonly feed: LogFeed,
  ) {}

  static async start(target: ChaosTarget): Promise<ChaosFollower> {
    const store = await connectStore({ ...target, serverSelectionTimeoutMs: 10_000 });
    const log = openLog({ store, logger: silentLogger, holeMs: 200 });
    const feed = await log.feeds.open(target.workspaceId);
    const follower = new ChaosFollower(store, log, feed);
    feed.follow((event) => {
      if (event.type === 'ended') follower.ended.push(event.reason);
      else follower.seen.push(...event.records.map(({ seq, id, kind }) => ({ seq, id, kind })));
    });
    return follower;
  }

  async reach(seq: number): Promise<void> {
    await this.feed.reach(seq, 60_000);
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.store.close();
  }
}
