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

export function viewOf(
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
