import { type Clock, systemClock } from '../base/clock.js';
import { type Id, newId } from '../base/ids.js';
import { filterFields } from '../model/activity-log.js';
import type { RemovalDraft } from '../model/log-record.js';
import type { SourceSystem } from '../model/source-system.js';
import type { LogRecords } from '../store/activity-logs.js';
import { type LogDocument, toEntry } from '../store/log-document.js';
import type { LogStateStore } from '../store/log-states.js';
import type { Durability } from './durability.js';
import type { Recorder } from './recorder.js';

/** What one step of the sweeper takes. */
const sweepBatch = 500;

/**
 * Takes entries out of the log in three steps, each of which may be killed and run again:
 * (1) hide: reads no longer see the entry, its key still blocks; (2) append a removal whose key is the entry's id, so that
 * it cannot be doubled, and which carries every field that a filter looks at, so that it reaches whoever saw the entry;
 * (3) erase the content.
 */
export class Removal {
  constructor(
    private readonly logs: LogRecords,
    private readonly states: LogStateStore,
    private readonly recorder: Recorder,
    private readonly durability: Durability,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Removes one entry. Answers the removal's number, or undefined where there is no such entry (any more). */
  async remove(workspaceId: Id, entryId: Id): Promise<{ seq: number } | undefined> {
    const { seq, removedIds } = await this.removeMany(workspaceId, [entryId]);
    return removedIds.length === 0 ? undefined : { seq };
  }

  /** Removes what of these is still there. Answers which were, and the highest number of their removals (0 for none). */
  async removeMany(workspaceId: Id, entryIds: readonly Id[]): Promise<{ seq: number; removedIds: Id[] }> {
    const hidden = await this.logs.hide(workspaceId, entryIds, this.clock.now());
    return { seq: await this.#finish(workspaceId, hidden), removedIds: hidden.map(({ _id }) => _id.toHexString()) };
  }

  /**
   * Removes everything of a source that is in the log now. It is hidden at once, from every reader of this place or a
   * later one; the sweeper takes it out entry by entry. Answers the number at which that was decided.
   */
  async removeSource(workspaceId: Id, source: SourceSystem): Promise<{ seq: number }> {
    const state = await this.states.read(workspaceId);
    const erasure = { source, through: state?.seq ?? 0 };
    await this.states.beginErasure(workspaceId, erasure);
    const payload = JSON.stringify(erasure);
    const control = { noun: 'erasure', change: 'begun', subjectId: workspaceId, payload };
    return this.recorder.append(workspaceId, { kind: 'control', id: newId(), control });
  }

  /** Goes on with what is being removed as a whole. Answers how many entries went. */
  async sweepSources(workspaceId: Id, proceed: () => boolean = () => true): Promise<number> {
    const noted = await this.states.read(workspaceId);
    if (!noted || noted.erasures.length === 0) return 0;
    // Somebody else noted these: were that taken back by a kill, entries would go that nobody was told of.
    const sure = await this.durability.state(workspaceId);
    let removed = 0;
    for (const erasure of sure?.erasures ?? []) {
      while (proceed()) {
        const ids = await this.logs.idsOfSource(workspaceId, erasure, sweepBatch);
        if (ids.length === 0) {
          await this.states.endErasure(workspaceId, erasure);
          break;
        }
        removed += (await this.removeMany(workspaceId, ids)).removedIds.length;
      }
    }
    return removed;
  }

  /**
   * Finishes removals that a crash left half done: those hidden longer than `olderThanMs` ago, so that a removal that is
   * just running elsewhere is left alone (meeting it would do no harm). Answers how many there were.
   */
  async sweep(workspaceId: Id, olderThanMs: number): Promise<number> {
    let swept = 0;
    for (;;) {
      const before = new Date(this.clock.now().getTime() - olderThanMs);
      const hiddenBefore = () => this.logs.hiddenBefore(workspaceId, before, sweepBatch);
      if ((await hiddenBefore()).length === 0) return swept;
      // Somebody else hid these: were that taken back by a kill, a removal would stand in the log of an entry that is there.
      const sure = await this.durability.read(workspaceId, hiddenBefore, () => 0);
      if (!sure) continue;
      await this.#finish(workspaceId, sure.result);
      swept += sure.result.length;
    }
  }

  async #finish(workspaceId: Id, hidden: readonly LogDocument[]): Promise<number> {
    if (hidden.length === 0) return 0;
    const appended = await this.recorder.appendMany(workspaceId, hidden.map(removalDraft));
    await this.logs.erase(
      workspaceId,
      hidden.map(({ _id }) => _id.toHexString()),
      this.clock.now(),
    );
    return Math.max(...appended.map(({ seq }) => seq));
  }
}

const removalDraft = (hidden: LogDocument): RemovalDraft => {
  const entry = toEntry(hidden);
  return { kind: 'removed', id: newId(), nativeKey: entry.id, targetId: entry.id, target: filterFields(entry) };
};
