import type { Id } from '../../base/ids.js';
import type { PathwayCounts, PlacedStanding } from '../../model/standing.js';
import type { FoldScope } from '../../store/fold-documents.js';
import type { PathwayCountsStore } from '../../store/pathway-counts.js';
import type { PathwayStandings } from '../../store/pathway-standings.js';
import { type PathwayStatisticsView, statisticsView } from './views.js';

/** That somebody's progress changed, or that they left: as it is now. */
export interface ProgressChange extends PlacedStanding {
  /** Of the pathway, with those activities alone whose counts may have changed with it; absent where it is not for the viewer to see. */
  readonly statisticsAt?: (asOf: string) => PathwayStatisticsView;
}

export interface ChangesWanted {
  readonly pathwayId: Id;
  readonly after: number;
  readonly through: number;
  readonly limit: number;
  /** Absent: all. */
  readonly onlyUserIds?: readonly Id[];
}

/** What changed on a pathway after a place, in the order of the places. Statistics come with it: one look-up, however many are on it. */
export async function changesOf(
  { standings, counts }: { readonly standings: PathwayStandings; readonly counts: PathwayCountsStore },
  scope: FoldScope,
  wanted: ChangesWanted,
): Promise<ProgressChange[]> {
  const { pathwayId, after, through, limit, onlyUserIds } = wanted;
  const changed = await standings.changedAfter(scope, { pathwayId, onlyUserIds }, { after, through }, limit);
  if (onlyUserIds || changed.length === 0) return changed;
  const [[counted], before] = await Promise.all([
    counts.byPathways(scope, [pathwayId]),
    standings.lastPlace(scope, pathwayId, after),
  ]);
  const isWhole = changed.length < limit;
  return changed.map((one, index) => {
    const from = Math.ceil(changed[index - 1]?.place ?? before);
    const isLast = index === changed.length - 1 && isWhole;
    const shown = counted && countsBetween(counted, from, isLast ? through : Math.ceil(one.place));
    return { ...one, statisticsAt: (asOf) => statisticsView(shown, asOf) };
  });
}

const countsBetween = (counts: PathwayCounts, after: number, through: number): PathwayCounts => ({
  ...counts,
  activities: counts.activities.filter(({ changedSeq }) => changedSeq > after && changedSeq <= through),
});
