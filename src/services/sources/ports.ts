import type { LogPosition } from '../../base/cursor.js';
import type { Id } from '../../base/ids.js';
import type { Source, SourceState } from '../../model/source.js';

/** Whoever pulls sources, as managing them needs it. */
export interface SourcePuller {
  /** One cheap call to the source. @throws an error with the `kind` of an upstream fault that says why it cannot be read. */
  test(source: Source): Promise<void>;
  /** Has it looked at as soon as somebody can, also where reading was given up. */
  wake(workspaceId: Id, id: Id): Promise<void>;
}

/** How the reading of sources stands; one that was never read has no state. */
export interface SourceStateReader {
  byIds(workspaceId: Id, ids: readonly Id[]): Promise<SourceState[]>;
  /** What stands in the log up to this place is not written into the source. */
  writeFrom(workspaceId: Id, id: Id, place: LogPosition): Promise<void>;
  /** Reading begins anew; what was recorded is recognised. As good twice as once. */
  restart(workspaceId: Id, id: Id, version: number): Promise<void>;
}
