import type { Clock } from '../../base/clock.js';
import type { Id } from '../../base/ids.js';
import {
  isStale,
  lagMs,
  noCounts,
  type Source,
  type SourceDescription,
  type SourceState,
  type SourceStatus,
  statusOf,
} from '../../model/source.js';
import type { SourceSystem } from '../../model/source-system.js';
import type { SourceStateReader } from './ports.js';

/** A source with how its reading stands, as it is shown. */
export interface SourceView {
  readonly source: Source;
  readonly state: SourceState;
  readonly status: SourceStatus;
  /** In milliseconds; undefined where nothing was read yet. */
  readonly lagMs?: number;
  /** Lists that rest on it may lack what it has. */
  readonly isStale: boolean;
  /** Whether its system sends by itself, so that deliveries are taken for it. */
  readonly receives: boolean;
}

/** Sources of one workspace as they are shown, with one look-up of how their reading stands. */
export async function viewsOf(
  { sourceStates, clock }: { readonly sourceStates: Pick<SourceStateReader, 'byIds'>; readonly clock: Clock },
  descriptions: ReadonlyMap<SourceSystem, SourceDescription>,
  workspaceId: Id,
  sources: readonly Source[],
): Promise<SourceView[]> {
  const ids = sources.map(({ id }) => id);
  const states = ids.length === 0 ? [] : await sourceStates.byIds(workspaceId, ids);
  const byId = new Map(states.map((state) => [state.sourceId, state]));
  const now = clock.now();
  return sources.map((source) => viewOf(source, byId.get(source.id), descriptions.get(source.system), now));
}

function viewOf(
  source: Source,
  known: SourceState | undefined,
  description: SourceDescription | undefined,
  now: Date,
): SourceView {
  const state = known ?? unread(source);
  const status =
    description && !description.abilities.includes('PULL') ? asSender(source) : statusOf(source, state, now);
  return {
    source,
    state,
    status,
    lagMs: lagMs(state, now),
    isStale: isStale(status),
    receives: description?.abilities.includes('RECEIVE') ?? false,
  };
}

/** What is only sent to us is as current as its sender. */
const asSender = (source: Source): SourceStatus => (source.isPaused ? 'PAUSED' : 'CURRENT');

const unread = ({ id, workspaceId }: Source): SourceState => ({
  sourceId: id,
  workspaceId,
  fence: 0,
  failures: 0,
  counts: noCounts,
  driftNames: [],
});
