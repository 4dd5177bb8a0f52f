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

export async function measure(
  client: ScaleClient,
  questions: readonly Timed[],
  bounds: LatencyBounds,
  { progress, report }: { readonly progress: Progress; report(latency: Latency): void },
): Promise<Measured> {
  const timed = async (...asked: Asked[]): Promise<Latency[]> => {
    const latencies = await latenciesOf(asked, bounds, progress);
    for (const latency of latencies) report(latency);
    return latencies;
  };
  const askedOf = (question: Timed): Asked => ({ name: question.name, ask: () => client.ask(question) });
  const isPage = ({ name }: Timed): boolean => name === page1 || name === page1000;
  // Compared with one another, so in turns.
  const reads = await timed(...questions.filter(isPage).map(askedOf));
  for (const question of questions) if (!isPage(question)) reads.push(...(await timed(askedOf(question))));
  const exported = await readExport(client, bounds.seconds * 2);
  const [single] = await timed({ name: 'createActivityLog, one after the other', ask: () => client.ask(create()) });
  return { reads, exported, single: single! };
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
