import { Chance } from './chance.js';
import { Scenario, turns } from './scenario.js';
import { lastEntry } from './sources/gateway.js';
import type { Cast, DemoEntry } from './sources/scene.js';
import { makeTimeline } from './timeline.js';

/** How many entries the demo's history has, the last of which says that it is complete. */
export const historyCount = 12_000;
/** What one write of the log takes. */
const batchSize = 1000;
/** So many of the newest are of all systems in turn, for whoever looks at the first page. */
const variedCount = 40;
const seed = 1_707_725_000;

/**
 * The demo's past, oldest first, in batches. The same every time for the same end and cast, so that writing it again adds
 * nothing; of another end all times are moved and nothing else differs. The entry that says it is complete comes last, alone.
 */
export function* makeHistory(cast: Cast, endMs: number): Generator<DemoEntry[]> {
  const made = historyCount - 1;
  const times = makeTimeline(new Chance(seed + 1), endMs, made);
  const scenario = new Scenario({ cast, seed, name: 'history', firstNumber: 0 });
  let batch: DemoEntry[] = [];
  for (const [index, atMs] of times.entries()) {
    const varied = index >= made - variedCount;
    batch.push(scenario.next(atMs, varied ? turns[index % turns.length] : undefined));
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  yield [lastEntry(endMs, historyCount)];
}
