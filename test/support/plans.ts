import type { CommandStartedEvent, Document } from 'mongodb';
import type { Store } from '../../src/store/connect.js';
import { defaultMaxTimeMs } from '../../src/store/read.js';

/** Read by everybody or by nobody's operation; the first of them ends with what it has. */
const ofTheProcess = ['signals', 'leases', 'workspaces', 'log_states', 'folds'];
const readingCommands = ['find', 'aggregate', 'count', 'distinct'];

/** What is read while something is done, as it was sent. */
export async function readsOf(store: Store, work: () => Promise<unknown>): Promise<Document[]> {
  const sent: Document[] = [];
  const keep = ({ commandName, command }: CommandStartedEvent): void => {
    if (readingCommands.includes(commandName) && !ofTheProcess.includes(command[commandName])) sent.push(command);
  };
  store.db.client.on('commandStarted', keep);
  await work();
  store.db.client.off('commandStarted', keep);
  return sent;
}

/** How the server reads; each once. */
export interface Plans {
  /** Reads that go through a whole collection, or sort more than a page at a time. */
  readonly walks: string[];
  /** Reads that may take longer than any read of a list may. */
  readonly patient: string[];
  /** `collection by index` of what is sorted after it was found, rather than found in order. */
  readonly sorts: string[];
  /** The same of all that is read. */
  readonly reads: string[];
}

export async function plansOf(store: Store, sent: readonly Document[]): Promise<Plans> {
  const walks: string[] = [];
  const sorts = new Set<string>();
  const patient = new Set<string>();
  const reads = new Set<string>();
  for (const { lsid: _lsid, $db: _db, $clusterTime: _time, ...command } of sent) {
    const explained = await store.db.command({ explain: command, verbosity: 'queryPlanner' });
    const plan = JSON.stringify(explained, (name, value) => (notOfThePlan.has(name) ? undefined : value));
    const used = new Set([...plan.matchAll(/"indexName":"(\w+)"/g)].map(([, name]) => name!));
    const read = `${command[readingCommands.find((name) => name in command)!]} by ${[...used].sort().join(' and ')}`;
    reads.add(read);
    if (!(command.maxTimeMS <= defaultMaxTimeMs)) patient.add(read);
    const isSorted = /"stage":"SORT"|"\$sort":/.test(plan);
    if (isSorted) sorts.add(read);
    const isUnbounded = isSorted && !(command.limit <= mostHeld && command.allowDiskUse === false);
    if (plan.includes('COLLSCAN') || isUnbounded) walks.push(`${read}: ${JSON.stringify(command).slice(0, 600)}`);
  }
  return { walks, patient: [...patient].sort(), sorts: [...sorts].sort(), reads: [...reads].sort() };
}

/** A page of the greatest size and one more: of all that is sorted, the server holds only the first so many. */
const mostHeld = 1001;

const notOfThePlan = new Set(['rejectedPlans', 'command', 'parsedQuery']);
