import type { Id } from '../../base/ids.js';
import type { LogStateReader } from '../../log/writer.js';

type State = ReturnType<LogStateReader['read']>;

interface Lane {
  running: State | undefined;
  /** Begins when the running one is done, so whoever joins it asked before it began. */
  next: State | undefined;
}

/**
 * Reads of a workspace's state, shared by all who ask at about the same time. The answer is never older than the question:
 * who asks while a read is under way waits for the one after it.
 */
export class SharedStates implements LogStateReader {
  readonly #lanes = new Map<Id, Lane>();

  constructor(private readonly states: LogStateReader) {}

  read(workspaceId: Id): State {
    const lane = this.#lanes.get(workspaceId);
    if (!lane) return this.#start(workspaceId, { running: undefined, next: undefined });
    lane.next ??= lane.running!.then(
      () => this.#start(workspaceId, { running: undefined, next: undefined }),
      () => this.#start(workspaceId, { running: undefined, next: undefined }),
    );
    return lane.next;
  }

  #start(workspaceId: Id, lane: Lane): State {
    const running = this.states.read(workspaceId);
    lane.running = running;
    this.#lanes.set(workspaceId, lane);
    const done = (): void => {
      if (this.#lanes.get(workspaceId) === lane && !lane.next) this.#lanes.delete(workspaceId);
    };
    running.then(done, done);
    return running;
  }
}
