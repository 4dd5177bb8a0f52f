import type { Explained, ScaleClient } from './client.js';
import { type Asked, type Latency, type LatencyBounds, latenciesOf } from './latency.js';
import { counts, create, filterPages, page1, page1000, pages, statistics, type Timed, walk } from './operations.js';
import type { Progress } from './progress.js';

/** What is asked of one gateway, and how long it took. */
export interface Measured {
  readonly reads: readonly Latency[];
  readonly exported: { readonly perSecond: number; readonly megabytesPerSecond: number };
  readonly single: Latency;
}

const pageNodes = 50;
const farPages = 999;
const mostNodes = 1_000;

/** Every read that is timed, of a log of so many entries. */
export const questionsOf = async (client: ScaleClient, total: number): Promise<Timed[]> => [
  ...pages(await farCursor(client, total)),
  ...filterPages(total),
  ...counts(total),
  ...statistics(total),
];

/** The end of page 999, or of the last page but one of a log that has fewer: walked to as a client would, by ids alone. */
async function farCursor(client: ScaleClient, total: number): Promise<string> {
  let after: string | undefined;
  const far = Math.min(farPages * pageNodes, total - pageNodes);
  for (let left = far; left > 0; left -= mostNodes) {
    const { data } = await client.ask({ query: walk, variables: { first: Math.min(mostNodes, left), after } });
    after = (data as { activityLogs: { pageInfo: { endCursor: string } } }).activityLogs.pageInfo.endCursor;
  }
  return after!;
}

/** A gateway over a log of some size, and what it is asked. */
export interface Measurable {
  readonly entries: number;
  readonly client: ScaleClient;
  /** The same of every size, in the same order, with values of their own. */
  readonly questions: readonly Timed[];
}

/** Asks the same of every size in turns. @returns what was measured of each, in their order. */
export async function measure(
  all: readonly Measurable[],
  bounds: LatencyBounds,
  { progress, report }: { readonly progress: Progress; report(latency: Latency): void },
): Promise<Measured[]> {
  const timed = async (asked: readonly Asked[]): Promise<Latency[]> => {
    const latencies = await latenciesOf(asked, bounds, progress);
    for (const latency of latencies) report(latency);
    return latencies;
  };
  const reads: Latency[][] = all.map(() => []);
  for (const group of groupsOf(all[0]!.questions)) {
    const asked = all.flatMap(({ entries, client, questions }) =>
      group.map((at) => ({ name: questions[at]!.name, entries, ask: () => client.ask(questions[at]!) })),
    );
    for (const [at, latency] of (await timed(asked)).entries()) reads[Math.floor(at / group.length)]!.push(latency);
  }
  progress.tell('exporting');
  const exports: Measured['exported'][] = [];
  for (const { client } of all) exports.push(await readExport(client, bounds.seconds * 2));
  const name = 'createActivityLog, one after the other';
  const singles = await timed(all.map(({ entries, client }) => ({ name, entries, ask: () => client.ask(create()) })));
  return all.map((_, at) => ({ reads: reads[at]!, exported: exports[at]!, single: singles[at]! }));
}

/** Which questions are asked in turns: those that are compared with one another, each of the others by itself. */
function groupsOf(questions: readonly Timed[]): number[][] {
  const numbers = [...questions.keys()];
  const isPage = (at: number): boolean => [page1, page1000].includes(questions[at]!.name);
  return [numbers.filter(isPage), ...numbers.filter((at) => !isPage(at)).map((at) => [at])];
}

/** Reads an export from its beginning for some seconds and then breaks it off. */
async function readExport({ http, headers }: ScaleClient, seconds: number): Promise<Measured['exported']> {
  const { authorization } = headers;
  const startedAt = performance.now();
  const { body, statusCode } = await http.request({
    ...{ path: '/export/activity-logs.ndjson', method: 'GET', headers: { authorization: authorization! } },
  });
  if (statusCode !== 200) throw new Error(`The export answers ${statusCode}`);
  const newline = '\n'.charCodeAt(0);
  let [lines, bytes] = [0, 0];
  for await (const part of body as AsyncIterable<Buffer>) {
    bytes += part.length;
    for (let at = part.indexOf(newline); at >= 0; at = part.indexOf(newline, at + 1)) lines += 1;
    if (performance.now() - startedAt > seconds * 1000) break;
  }
  const elapsed = (performance.now() - startedAt) / 1000;
  return { perSecond: lines / elapsed, megabytesPerSecond: bytes / elapsed / 2 ** 20 };
}

/** What each question makes the store look at, told by a gateway that is not timed. */
export async function explain(
  client: ScaleClient,
  questions: readonly Timed[],
  { checkStopped }: Progress,
): Promise<Map<string, Explained>> {
  const explained = new Map<string, Explained>();
  for (const question of questions) {
    checkStopped();
    const { extensions } = await client.ask(question);
    if (extensions?.explain) explained.set(question.name, extensions.explain.totals);
  }
  return explained;
}
