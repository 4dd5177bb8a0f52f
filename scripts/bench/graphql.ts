import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { silentLogger } from '../../src/base/logger.js';
import { runDemo } from '../demo/demo.js';
import { median, withEngine } from './bench-engine.js';
import type { ServerOrder } from './graphql-server.js';

const program = fileURLToPath(new URL('./graphql-server.ts', import.meta.url));
const keys = { apiKey: 'demo-key', secret: 'demo-secret', readerSecret: 'demo-reader-secret' };
const database = 'bench_graphql';

/** The operations measured, by name. */
const operations = {
  '50 logs with their users':
    '{ activityLogs(first: 50) { nodes { id occurredAt source action summary user { id name email } } } }',
  'a tiny query': '{ viewer { workspace { key } } }',
} as const;

export interface GraphqlFigure {
  readonly operation: string;
  readonly connections: number;
  readonly oursPerSecond: number;
  readonly stockPerSecond: number;
  readonly ratio: number;
  readonly oursP99Ms: number;
  readonly stockP99Ms: number;
}

/** Ours and stock Apollo over the same data, one after the other in the same run, the rounds alternating. */
export function benchGraphql(seconds = 8, rounds = 3): Promise<GraphqlFigure[]> {
  return withEngine(async (engineUrl) => {
    await makeData(engineUrl);
    const figures: GraphqlFigure[] = [];
    const servers = await Promise.all(
      (['ours', 'stock'] as const).map((kind) => startServer({ kind, url: engineUrl, database })),
    );
    try {
      for (const [operation, query] of Object.entries(operations)) {
        await compareAnswers(servers, query);
        for (const connections of [1, 64]) {
          const runs = { ours: [] as autocannon.Result[], stock: [] as autocannon.Result[] };
          for (let round = 0; round < rounds; round += 1) {
            for (const { kind, url } of servers) runs[kind].push(await load(url, kind, query, connections, seconds));
          }
          figures.push(figureOf(operation, connections, runs));
        }
      }
    } finally {
      for (const { child } of servers) child.kill('SIGTERM');
    }
    return figures;
  });
}

async function makeData(url: string): Promise<void> {
  const stopping = new AbortController();
  const tell = (message: object): void => {
    if ('ready' in message) stopping.abort();
  };
  await runDemo(
    { url, database, keys, sourceSecretKey: '-'.repeat(32) },
    { logger: silentLogger, signal: stopping.signal, tell },
  );
}

interface Server {
  readonly kind: ServerOrder['kind'];
  readonly url: string;
  readonly child: ChildProcess;
}

async function startServer(order: ServerOrder): Promise<Server> {
  const child = fork(program, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return { kind: order.kind, url: message.url, child };
}

const pathOf = (kind: ServerOrder['kind']): string => (kind === 'ours' ? '/graphql' : '/');
const headers = { 'content-type': 'application/json', authorization: `Bearer ${keys.apiKey}` };

async function compareAnswers(servers: readonly Server[], query: string): Promise<void> {
  const answers = await Promise.all(
    servers.map(async ({ kind, url }) => {
      const response = await fetch(`${url}${pathOf(kind)}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query }),
      });
      return ((await response.json()) as { data?: unknown }).data;
    }),
  );
  if (!answers[0] || JSON.stringify(answers[0]) !== JSON.stringify(answers[1])) throw new Error('The answers differ');
}

function load(
  url: string,
  kind: ServerOrder['kind'],
  query: string,
  connections: number,
  seconds: number,
): Promise<autocannon.Result> {
  const body = JSON.stringify({ query });
  return autocannon({ url: `${url}${pathOf(kind)}`, method: 'POST', headers, body, connections, duration: seconds });
}

function figureOf(
  operation: string,
  connections: number,
  runs: Record<'ours' | 'stock', readonly autocannon.Result[]>,
): GraphqlFigure {
  for (const run of [...runs.ours, ...runs.stock]) {
    if (run.non2xx > 0 || run.errors > 0) throw new Error(`${run.non2xx} answers were not 2xx, ${run.errors} failed`);
  }
  const perSecond = (of: readonly autocannon.Result[]): number => median(of.map((run) => run.requests.average));
  const p99 = (of: readonly autocannon.Result[]): number => median(of.map((run) => run.latency.p99));
  const oursPerSecond = perSecond(runs.ours);
  const stockPerSecond = perSecond(runs.stock);
  const ratio = oursPerSecond / stockPerSecond;
  return {
    operation,
    connections,
    oursPerSecond,
    stockPerSecond,
    ratio,
    oursP99Ms: p99(runs.ours),
    stockP99Ms: p99(runs.stock),
  };
}
