import { CodedError } from '../../src/base/errors.js';
import { newId } from '../../src/base/ids.js';
import type { Log } from '../../src/log/log.js';
import type { Workspace } from '../../src/model/workspace.js';
import type { UnscopedStore } from '../../src/store/unscoped.js';
import { historyCount, makeHistory } from './history.js';
import { type DemoMessage, demoWorkspaceKey } from './order.js';
import { appendPatiently, type Writing } from './patience.js';
import { lastEntryKey } from './sources/gateway.js';
import type { Cast } from './sources/scene.js';

/** The demo's workspace, made where it is missing, and its log's state. When it was made is where the demo's past ends. */
export async function ensureWorkspace(unscoped: UnscopedStore, log: Log): Promise<Workspace> {
  const workspace = (await unscoped.findWorkspace(demoWorkspaceKey)) ?? (await makeWorkspace(unscoped));
  await log.states.ensure(workspace.id, await log.logs.lastSeq(workspace.id));
  return workspace;
}

async function makeWorkspace(unscoped: UnscopedStore): Promise<Workspace> {
  const workspace: Workspace = { id: newId(), key: demoWorkspaceKey, name: 'Demo', createdAt: new Date() };
  try {
    await unscoped.insertWorkspace(workspace);
    return workspace;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'CONFLICT') throw error;
    // Another process was faster.
    return (await unscoped.findWorkspace(demoWorkspaceKey))!;
  }
}

/** Whether the demo's past is complete. What people or retention removed of it since is not made again. */
export async function isFilled({ logs, states }: Log, workspace: Workspace): Promise<boolean> {
  const [holder] = await logs.findKeys(workspace.id, [lastEntryKey]);
  return holder !== undefined || ((await states.read(workspace.id))?.firstSeq ?? 1) > 1;
}

/** Appends the demo's past. Where a part of it is there already, only the rest is added. */
export async function fill(
  writing: Writing,
  cast: Cast,
  workspace: Workspace,
  tell: (message: DemoMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  let done = 0;
  let writingBefore = Promise.resolve(true);
  for (const batch of makeHistory(cast, workspace.createdAt.getTime())) {
    // The next batch is made while this one is written; the last one alone says that all others are there.
    if (!(await writingBefore)) return;
    const text = `Making the demo's data: ${done.toLocaleString('en')} of ${historyCount.toLocaleString('en')} entries`;
    tell({ progress: { text, done, total: historyCount } });
    writingBefore = appendPatiently(writing, batch, signal);
    done += batch.length;
    // Lets the write begin before this process is busy with the next batch.
    await new Promise(setImmediate);
  }
  await writingBefore;
}
