import type { Id } from '../../base/ids.js';
import { countsFold, type EntryKind } from '../../model/activity-log-counts.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { ActivityLogCounts } from '../../store/activity-log-counts.js';
import type { FoldScope } from '../../store/fold-documents.js';
import type { FoldState, FoldStates } from '../../store/fold-states.js';

export interface CountsFoldParts {
  readonly logCounts: Pick<ActivityLogCounts, 'firstSeq'>;
  readonly foldStates: Pick<FoldStates, 'read' | 'requestRebuild'>;
}

/** What of a filter the fold knows: kinds of entries, and when they happened. */
export const filtersOfKind = ['sources', 'actions', 'omitActions', 'actionClasses'] as const;
export const filtersOfTime = ['occurredAfterMicros', 'occurredBeforeMicros'] as const;

export const isOfKind = (filter: ResolvedFilter, { source, action, actionClass }: EntryKind): boolean =>
  (filter.sources?.includes(source) ?? true) &&
  (filter.actions?.includes(action) ?? true) &&
  !filter.omitActions?.includes(action) &&
  (filter.actionClasses?.includes(actionClass) ?? true);

/** How many records the fold may be behind: these are counted one by one. */
export const maxBehind = 2000;

/** The part of the log that is to be counted. */
export interface CountedLog {
  readonly workspaceId: Id;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly seq: number;
}

/** What of the fold can be read, and up to where it reflects the log at least. */
export interface OpenCounts {
  readonly scope: FoldScope;
  readonly seq: number;
  readonly state: FoldState;
}

/** Undefined where the fold cannot tell: it is far behind, or not made yet, or the log begins elsewhere now than where it began. */
export async function openCounts(parts: CountsFoldParts, log: CountedLog): Promise<OpenCounts | undefined> {
  const { workspaceId, epoch, firstSeq } = log;
  const state = await parts.foldStates.read(workspaceId, countsFold.name);
  if (!state?.serving) return undefined;
  const { serving, building, rebuild } = state;
  if (serving.version !== countsFold.version || serving.epoch !== epoch) return undefined;
  if (log.seq - serving.seq > maxBehind) return undefined;
  const scope: FoldScope = { workspaceId, generation: serving.generation };
  const begun = await parts.logCounts.firstSeq(scope);
  if (begun === firstSeq) return { scope, seq: serving.seq, state };
  // Where it begins later, only this process has not seen yet that the log does.
  const isPassed = begun === undefined || begun < firstSeq;
  if (isPassed && !building && !rebuild) await parts.foldStates.requestRebuild(workspaceId, countsFold.name);
  return undefined;
}
