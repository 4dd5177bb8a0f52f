import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import type { FoldTuning } from '../../src/projections/fold-runner.js';
import { Folds } from '../../src/projections/folds.js';
import type { Projection } from '../../src/projections/projection.js';
import { FoldStates } from '../../src/store/fold-states.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import { mustBeClosed, wasClosed } from './leftovers.js';
import type { TestServices } from './services.js';

/** Folds as one process makes them. Two on one store are two processes. */
export function startFolds({ store, log }: TestServices, projections: readonly Projection[], tuning?: FoldTuning) {
  const folds = new Folds({
    log,
    projections,
    states: new FoldStates(store),
    unscoped: new UnscopedStore(store),
    holder: newId(),
    logger: silentLogger,
    tuning: { leaseMs: 1000, pollMs: 50, graceMs: 100, ...tuning },
    listMs: 100,
  });
  const started = {
    close: async () => {
      wasClosed(started);
      await folds.close();
    },
  };
  return mustBeClosed(started, 'folds');
}
