import type { Clock } from '../base/clock.js';
import type { Id } from '../base/ids.js';
import { type Closeable, Closing } from '../base/lifecycle.js';
import type { Logger } from '../base/logger.js';
import type { LogMetrics } from '../base/metrics.js';
import { ActivityLogs } from '../store/activity-logs.js';
import type { Store } from '../store/connect.js';
import { FoldStates } from '../store/fold-states.js';
import { LogStates } from '../store/log-states.js';
import { Signals } from '../store/signals.js';
import { Durability } from './durability.js';
import { Feeds } from './feeds.js';
import { FoldPlaces } from './fold-places.js';
import { Recorder } from './recorder.js';
import { Removal } from './removal.js';
import { Retention } from './retention.js';
import { SignalBus } from './signal-bus.js';

export interface LogOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly metrics?: LogMetrics;
  readonly clock?: Clock;
  readonly holeMs?: number;
  readonly readLeaseMs?: number;
  readonly pollMs?: number;
  readonly giveUpMs?: number;
  readonly pageRecords?: number;
  /** How long a feed goes on that nobody asks for or follows. */
  readonly idleMs?: number;
  /** False: processes find out of each other by polling alone. */
  readonly signals?: boolean;
}

/** The log of every workspace of one store, as one process uses it: its parts, joined. */
export interface Log extends Closeable {
  readonly recorder: Recorder;
  readonly feeds: Feeds;
  readonly folds: FoldPlaces;
  readonly removal: Removal;
  readonly retention: Retention;
  readonly logs: ActivityLogs;
  readonly states: LogStates;
}

export function openLog(options: LogOptions): Log {
  const { store, logger } = options;
  const closing = new Closing();
  const logs = new ActivityLogs(store);
  const states = new LogStates(store);
  const parts = { ...options, logs, states, durability: new Durability(store, states) };
  const wake = (workspaceId: Id, seq: number): void => feeds.wake(workspaceId, seq);
  const bus =
    options.signals === false
      ? undefined
      : new SignalBus(new Signals(store), logger, (signal) =>
          signal.fold === undefined ? wake(signal.workspaceId, signal.seq) : folds.told(signal),
        );
  const recorder = new Recorder({
    ...parts,
    onAppended: (workspaceId, seq) => {
      wake(workspaceId, seq);
      bus?.send({ workspaceId, seq });
    },
  });
  const feeds = new Feeds({ ...parts, onEpoch: (workspaceId) => recorder.forget(workspaceId) }, (workspaceId) =>
    recorder.acknowledged(workspaceId),
  );
  const folds = new FoldPlaces({
    ...options,
    states: new FoldStates(store),
    reader: feeds,
    acknowledged: (workspaceId) => recorder.acknowledged(workspaceId),
    send: bus && ((signal) => bus.send(signal)),
  });
  if (bus) closing.add(bus);
  closing.add(folds);
  closing.add(feeds);
  closing.add(recorder);
  return {
    recorder,
    feeds,
    folds,
    removal: new Removal(logs, states, recorder, parts.durability, options.clock),
    retention: new Retention(logs, states, options.readLeaseMs),
    logs,
    states,
    close: () => closing.close(),
  };
}
