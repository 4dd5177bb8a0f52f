import type { Log } from '../../src/log/log.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { Store } from '../../src/store/connect.js';
import { ensureDemoWorkspace } from './credentials.js';
import { historyCount, makeHistory } from './history.js';
import type { Tell } from './order.js';
import { appendPatiently, type Writing } from './patience.js';
import { lastEntryKey } from './sources/gateway.js';
import type { Cast, DemoEntry } from './sources/scene.js';

/** Whoever waits hears of every so many entries. */
const saidEvery = 4000;

/** The demo's workspace, made where it is missing, and its log's state. When it was made is where the demo's past ends. */
export async function ensureWorkspace(store: Store, log: Log): Promise<Workspace> {
  const workspace = await ensureDemoWorkspace(store);
  await log.states.ensure(workspace.id, await log.logs.lastSeq(workspace.id));
  return workspace;
}

/** Whether the demo's past is complete. What people or retention removed of it since is not made again. */
export async function isFilled({ logs, states }: Log, workspace: Workspace): Promise<boolean> {
  const [holder] = await logs.findKeys(workspace.id, [lastEntryKey]);
  return holder !== undefined || ((await states.read(workspace.id))?.firstSeq ?? 1) > 1;
}

/** Appends the demo's past. Where a part of it is there already, only the rest is added. */
export async function fill(
  writing: Writing,
  log: Log,
  cast: Cast,
  workspace: Workspace,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const batches = makeHistory(cast, workspace.createdAt.getTime());
  const take = (): DemoEntry[] | undefined => batches.next().value ?? undefined;
  let made = 0;
  let resuming = true;
  let next: DemoEntry[] | undefined;
  for (let batch = take(); batch; batch = next) {
    next = resuming ? take() : undefined;
    // A batch is begun only when all before it are there. So what has a successor of which anything is there, is whole.
    resuming &&= next !== undefined && (await isThere(log, workspace, next[0]!));
    if (!resuming) {
      sayHowFar(tell, made);
      const written = appendPatiently(writing, batch, signal);
      // The next one is made while this one is written.
      await new Promise(setImmediate);
      next ??= take();
      if (!(await written)) return;
    }
    made += batch.length;
  }
  tell({ progress: `The demo's data is there: ${text(made)} entries` });
}

async function isThere({ logs }: Log, { id }: Workspace, { entry, nativeKey }: DemoEntry): Promise<boolean> {
  const { source, connectionId } = entry;
  return (await logs.findKeys(id, [{ source, connectionId, nativeKey }])).length > 0;
}

function sayHowFar(tell: Tell, made: number): void {
  tell({ made });
  if (made % saidEvery === 0)
    tell({ progress: `Making the demo's data: ${text(made)} of ${text(historyCount)} entries` });
}

const text = (count: number): string => count.toLocaleString('en');
