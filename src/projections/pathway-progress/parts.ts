import type { Id } from '../../base/ids.js';
import type { ControlChange } from '../../model/log-record.js';
import type { PathwayCountsStore } from '../../store/pathway-counts.js';
import type { PathwayStandings } from '../../store/pathway-standings.js';
import type { ProgressCells } from '../../store/progress-cells.js';
import type { LoggedProgress } from '../../store/progress-facts.js';

/** What progress is kept in. */
export interface ProgressStores {
  readonly progressCells: ProgressCells;
  readonly standings: PathwayStandings;
  readonly counts: PathwayCountsStore;
  readonly logged: Pick<LoggedProgress, 'factsOf' | 'removedAmong'>;
}

export interface PathwayProgressParts extends ProgressStores {
  readonly controls: {
    /** Control entries of some nouns up to a number, in order. */
    through(workspaceId: Id, seq: number, nouns: readonly string[]): AsyncIterable<{ readonly control: ControlChange }>;
  };
}
