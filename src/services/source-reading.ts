import { canReadLogs, requireScope } from '../auth/policies.js';
import type { ActivityLog } from '../model/activity-log.js';
import type { ActivityLogFilter } from '../model/activity-log-filter.js';
import type { ActivityLogOrder } from '../model/activity-log-order.js';
import { PayloadBudget } from '../model/payload-budget.js';
import type { Viewer } from '../model/viewer.js';
import { type KeptList, keptSource, type ListingParts, visibleFilter } from './activity-logs/listing.js';

export type SourceReadingParts = ListingParts;

/** What a façade lists: entries of all systems, unless the filter says otherwise. */
export interface SourceList {
  readonly filter: ActivityLogFilter;
  readonly order: ActivityLogOrder;
}

/** Part of a list, by how many entries lie before it. */
export interface SourceSlice extends SourceList {
  readonly skip: number;
  readonly limit: number;
}

/** Entries as outside systems' own APIs list them: by offset or page number, under the same scopes as our own lists. */
export class SourceReadingService {
  constructor(private readonly parts: SourceReadingParts) {}

  /** Read at the safe mark. @throws CodedError FORBIDDEN, BAD_USER_INPUT, TOO_COSTLY, QUERY_TOO_SLOW, SERVICE_UNAVAILABLE. */
  async slice(viewer: Viewer, { skip, limit, ...list }: SourceSlice): Promise<ActivityLog[]> {
    return (await this.#open(viewer, list)).find({ skip, limit });
  }

  async count(viewer: Viewer, list: SourceList): Promise<number> {
    return (await this.#open(viewer, list)).count();
  }

  async #open(viewer: Viewer, { filter, order }: SourceList): Promise<KeptList> {
    requireScope(canReadLogs(viewer), 'activity_log:read');
    const window = await this.parts.reader.settle(viewer.workspaceId);
    const visible = await visibleFilter(this.parts, viewer, filter);
    return keptSource(this.parts, { window, filter: visible, order, budget: new PayloadBudget() });
  }
}
