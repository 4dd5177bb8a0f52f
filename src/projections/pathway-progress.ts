import type { Id } from '../base/ids.js';
import { progressFold } from '../model/standing.js';
import type { FoldScope } from '../store/fold-documents.js';
import type { Inherited } from '../store/fold-states.js';
import { inheritCells } from './pathway-progress/cells.js';
import { Counting } from './pathway-progress/counting.js';
import { ProgressFold } from './pathway-progress/fold.js';
import { ProgressNouns, progressNouns } from './pathway-progress/nouns.js';
import type { PathwayProgressParts } from './pathway-progress/parts.js';
import type { Fold, FoldPlace, Projection } from './projection.js';

/**
 * How far people are on pathways, folded from the log.
 *
 * An entry counts on its own pathway, or, naming none, on every pathway that has its activity; whether it happened before
 * or after somebody was enrolled makes no difference, so whoever leaves and comes again is where they were. So facts are kept
 * for every key (cells), and standings are made of them and of the nouns as the log has them at that place.
 */
export class PathwayProgressProjection implements Projection {
  readonly name = progressFold;
  readonly version = 2;

  constructor(private readonly parts: PathwayProgressParts) {}

  /** Facts are all that entries leave: what else there is is made of them, and of what retention keeps. */
  inherit({ workspaceId, generation, holder, isHeld }: FoldPlace, from: Inherited): Promise<void> {
    const scope = { workspaceId, generation, holder, isHeld };
    return inheritCells(this.parts.progressCells, scope, { workspaceId, generation: from.generation }, from.firstSeq);
  }

  async open({ workspaceId, generation, seq, holder, isHeld }: FoldPlace): Promise<Fold> {
    const scope = { workspaceId, generation, holder, isHeld };
    const nouns = new ProgressNouns();
    const counting = new Counting();
    if (seq > 0) {
      const changes = this.parts.controls.through(workspaceId, seq, progressNouns);
      for await (const { control } of changes) nouns.apply(control);
      for (const counts of await this.parts.counts.all(scope)) counting.show(counts);
      for await (const { state, completed, ...key } of this.parts.standings.counted(scope))
        counting.begin(key, { state, completed });
    }
    return new ProgressFold(scope, this.parts, nouns, counting);
  }

  async erase(workspaceId: Id, generation: number): Promise<boolean> {
    const scope: FoldScope = { workspaceId, generation };
    const { counts, standings, progressCells } = this.parts;
    return (await counts.erase(scope)) || (await standings.erase(scope)) || (await progressCells.erase(scope));
  }
}
