import type { Id } from '../base/ids.js';
import type { ActivityLog } from '../model/activity-log.js';
import type { UpstreamStatus } from '../model/source.js';
import { facadeConnection } from '../model/source-system.js';
import type { SourceStates } from '../store/source-states.js';
import type { Sources } from '../store/sources.js';
import type { UpstreamWriteStatus, UpstreamWrites } from '../store/upstream-writes.js';

export interface UpstreamParts {
  readonly sources: Pick<Sources, 'list'>;
  readonly sourceStates: Pick<SourceStates, 'byIds'>;
  readonly upstreamWrites: Pick<UpstreamWrites, 'byEntries'>;
}

/** What of an entry tells whether it goes to its source. */
export type WrittenEntry = Pick<ActivityLog, 'id' | 'workspaceId' | 'seq' | 'source' | 'connectionId'>;

const statuses: Readonly<Record<UpstreamWriteStatus, UpstreamStatus | undefined>> = {
  TRYING: 'PENDING',
  SENT: 'SENT',
  FAILED: 'FAILED',
  REMOVED: undefined,
};

/** What became of writing entries into their sources. To be asked about entries that the caller may read. */
export class UpstreamService {
  constructor(private readonly parts: UpstreamParts) {}

  /** For a DataLoader: one for each entry, in order; undefined for what goes nowhere. */
  async statusOf(workspaceId: Id, entries: readonly WrittenEntry[]): Promise<(UpstreamStatus | undefined)[]> {
    const posted = entries.filter(({ connectionId }) => connectionId === facadeConnection);
    if (posted.length === 0) return entries.map(() => undefined);
    const [writes, writtenThrough] = await Promise.all([
      this.parts.upstreamWrites.byEntries(
        workspaceId,
        posted.map(({ id }) => id),
      ),
      this.#writtenThrough(workspaceId),
    ]);
    const known = new Map(writes.map(({ entryId, status }) => [entryId, statuses[status]]));
    return entries.map(({ id, source, seq, connectionId }) => {
      if (connectionId !== facadeConnection) return undefined;
      if (known.has(id)) return known.get(id);
      const through = writtenThrough.get(source);
      return through !== undefined && seq > through ? 'PENDING' : undefined;
    });
  }

  /** How far the log is written into the source of each system that is written through. */
  async #writtenThrough(workspaceId: Id): Promise<ReadonlyMap<string, number>> {
    const sources = (await this.parts.sources.list(workspaceId)).filter(({ writesThrough }) => writesThrough);
    const ids = sources.map(({ id }) => id);
    const states = ids.length === 0 ? [] : await this.parts.sourceStates.byIds(workspaceId, ids);
    const systems = new Map(sources.map(({ id, system }) => [id, system]));
    return new Map(states.map(({ sourceId, writtenThrough }) => [systems.get(sourceId)!, writtenThrough?.seq ?? 0]));
  }
}
