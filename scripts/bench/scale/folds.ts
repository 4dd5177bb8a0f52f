import type { Id } from '../../../src/base/ids.js';
import { type Projection } from '../../../src/projections/projection.js';
import { projectionsOf } from '../../../src/projections/projections.js';
import { ActivityLogs } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import { FoldStates } from '../../../src/store/fold-states.js';
import { toRecord } from '../../../src/store/log-document.js';
import type { Progress } from './progress.js';

/** How fast one fold was made of what it had not folded yet. */
export interface FoldFigure {
  readonly name: string;
  readonly folded: number;
  /** False where the time was over first: what is left then counts as folded, though it is not. */
  readonly isWhole: boolean;
  readonly perSecond: number;
}

const pageRecords = 500;

/** Makes each fold from where it stands to the end of the log, one after the other, as a gateway does. No other may run. */
export async function foldRest(
  store: Store,
  workspaceId: Id,
  seconds: number,
  progress: Progress,
): Promise<FoldFigure[]> {
  const figures: FoldFigure[] = [];
  for (const projection of projectionsOf(store)) {
    progress.tell(`folding ${projection.name}, for at most ${seconds} s`);
    figures.push(await foldOne(store, workspaceId, projection, seconds, progress));
  }
  return figures;
}

async function foldOne(
  store: Store,
  workspaceId: Id,
  projection: Projection,
  seconds: number,
  { checkStopped }: Progress,
): Promise<FoldFigure> {
  const { name } = projection;
  const [logs, states] = [new ActivityLogs(store), new FoldStates(store)];
  const end = await logs.lastSeq(workspaceId);
  const { serving } = (await states.read(workspaceId, name))!;
  const holder = await states.hold(workspaceId, name);
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const { generation, seq: from } = serving!;
  const fold = await projection.open({ workspaceId, generation, seq: from, holder });
  let seq = from;
  while (seq < end && elapsed() < seconds) {
    checkStopped();
    const documents = await logs.readAfter(workspaceId, seq, pageRecords, { through: end, native: false });
    seq = Number(documents.at(-1)!.seq);
    await fold.apply(documents.map(toRecord), seq);
  }
  const perSecond = (seq - from) / elapsed();
  await states.advance(workspaceId, name, 'serving', serving!, end);
  return { name, folded: seq - from, isWhole: seq === end, perSecond };
}
