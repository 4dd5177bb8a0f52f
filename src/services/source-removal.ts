import { canWriteLogs, requireScope, writesOwnOnly } from '../auth/policies.js';
import { CodedError } from '../base/errors.js';
import type { LogRemover } from '../log/writer.js';
import type { SourceSystem } from '../model/source-system.js';
import type { Viewer } from '../model/viewer.js';
import type { ListingParts } from './activity-logs/listing.js';
import { ownIdentities } from './activity-logs/own.js';

export interface SourceRemovalParts extends Pick<ListingParts, 'pages' | 'reader' | 'users'> {
  readonly remover: LogRemover;
}

/** Entries of one source, removed in that source's own terms. */
export class SourceRemovalService {
  constructor(private readonly parts: SourceRemovalParts) {}

  /**
   * Removes the entry at a number of the log. False where no entry of this source is there that the viewer may remove.
   * @throws CodedError FORBIDDEN without `activity_log:write`.
   */
  async removeAt(viewer: Viewer, source: SourceSystem, seq: number): Promise<boolean> {
    requireScope(canWriteLogs(viewer), 'activity_log:write');
    const { pages, reader, remover, users } = this.parts;
    const window = await reader.settle(viewer.workspaceId);
    const onlyActorKeys = writesOwnOnly(viewer) ? await ownIdentities(users, viewer) : undefined;
    const at = { key: [seq], inclusive: true };
    const [entry] = await pages.find(
      { window, filter: { sources: [source], onlyActorKeys }, order: 'RECORDED_ASC', fields: ['id'] },
      { limit: 1, after: at, before: at },
    );
    return entry !== undefined && (await remover.remove(viewer.workspaceId, entry.id)) !== undefined;
  }

  /**
   * Removes everything of a source. Reads hide it at once.
   * @throws CodedError FORBIDDEN without `activity_log:write`, or with its `:own` form, which cannot mean everybody's.
   */
  async removeAll(viewer: Viewer, source: SourceSystem): Promise<void> {
    requireScope(canWriteLogs(viewer), 'activity_log:write');
    if (writesOwnOnly(viewer)) {
      throw new CodedError('FORBIDDEN', 'This credential may remove entries of its own user only, one by one');
    }
    const { pages, reader, remover } = this.parts;
    const window = await reader.settle(viewer.workspaceId);
    // Every removal of all is remembered until it is done, so one of nothing is none.
    const isThere = await pages.exists({ window, filter: { sources: [source] }, order: 'RECORDED_DESC' }, {});
    if (isThere) await remover.removeSource(viewer.workspaceId, source);
  }
}
