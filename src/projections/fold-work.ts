import type { LogPosition } from '../base/cursor.js';
import type { FoldState, Generation } from '../store/fold-states.js';

export const isGood = (one: Generation, version: number, epoch: number): boolean =>
  one.epoch === epoch && one.version === version;

/** Whether a generation is to be begun. */
export function mustBegin({ serving, building, rebuild }: FoldState, version: number, epoch: number): boolean {
  if (building) return !isGood(building, version, epoch);
  return rebuild || !serving || !isGood(serving, version, epoch);
}

/** Whether there is anything to do for a fold of some version. */
export function hasWork(state: FoldState, version: number, { epoch, seq }: LogPosition): boolean {
  const { serving, building, retired } = state;
  // A process of a newer release makes it now; what this one would write is of the old kind.
  if (serving && serving.version > version) return false;
  if (building || retired.length > 0 || mustBegin(state, version, epoch)) return true;
  return serving !== undefined && serving.seq < seq;
}
