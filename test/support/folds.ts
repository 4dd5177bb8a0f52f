import { type Id, newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { untilFolded } from '../../src/demo.js';
import type { Log } from '../../src/log/log.js';
import type { FoldTuning } from '../../src/projections/fold-runner.js';
import { Folds } from '../../src/projections/folds.js';
import type { Projection } from '../../src/projections/projection.js';
import { projectionsOf } from '../../src/projections/projections.js';
import { FoldStates } from '../../src/store/fold-states.js';
import { UnscopedStore } from '../../src/store/unscoped.js';
import type { TestGateway } from './gateway.js';
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

/** Who asks sooner after much was written is told to come back where folding it takes some seconds. @throws after minutes. */
export async function untilReached(
  log: Pick<Log, 'feeds' | 'folds'>,
  workspaceId: Id,
  folds: readonly string[],
): Promise<void> {
  const { signal } = new AbortController();
  if (!(await untilFolded(log, workspaceId, { folds, signal, patienceMs: 200_000 }))) {
    throw new Error('What was written is not folded');
  }
}

export const allFolded = ({ gateway, store }: TestGateway, workspaceId: Id): Promise<void> =>
  untilReached(
    gateway.log,
    workspaceId,
    projectionsOf(store).map(({ name }) => name),
  );
