import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { median, withEngine } from './bench-engine.js';
import { makeBenchData } from './graphql-data.js';
import { type BenchOperation, benchOperations } from './graphql-operations.js';
import type { ServerKind, ServerOrder, Usage } from './graphql-server.js';

const program = fileURLToPath(new URL('./graphql-server.ts', import.meta.url));
const serverKinds: readonly ServerKind[] = ['ours', 'stock', 'mercurius', 'yoga', 'bare'];

/** Before an operation is counted, with as many at once as there will be: code that runs often is made faster meanwhile. */
const warmUpSeconds = 2;

/** How one server did one operation. */
export interface GraphqlFigure {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server's process alone; the store's is not in it. What else the machine does changes it little. */
  readonly cpuMsPerRequest: number;
  readonly rssMb: number;
}

export interface GraphqlComparison {
  readonly operation: string;
  readonly connections: number;
  readonly figures: Partial<Record<ServerKind, GraphqlFigure>>;
}

export interface GraphqlBenchOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: readonly number[];
  /** Whether the peers' fields call their methods as ours do. */
  readonly direct: boolean;
  /** Part of an operation's name. */
  readonly only?: string;
  report(comparison: GraphqlComparison): void;
}

/** All servers over the same data in the same run, in turns, so that what else the machine does meets all of them. */
export function benchGraphql(options: GraphqlBenchOptions): Promise<void> {
  return withEngine(async (engineUrl) => {
    const { data, close } = await makeBenchData(engineUrl, 'bench_graphql');
    const servers = await Promise.all(serverKinds.map((kind) => startServer({ kind, data, direct: options.direct })));
    try {
      for (const operation of benchOperations(data)) {
        if (options.only && !operation.name.includes(options.only)) continue;
        const asked = servers.filter(({ kind }) => kind !== 'bare' || operation.bare);
        await compareAnswers(asked, operation);
        for (const server of asked) await measure(server, operation, Math.max(...options.connections), warmUpSeconds);
        for (const connections of options.connections) {
          options.report(await compare(asked, operation, connections, options));
        }
      }
    } finally {
      for (const { child } of servers) child.disconnect();
      await close();
    }
  });
}

interface Server {
  readonly kind: ServerKind;
  readonly url: string;
  readonly child: ChildProcess;
  readonly headers: Readonly<Record<string, string>>;
}

async function startServer(order: ServerOrder): Promise<Server> {
  const { kind, data } = order;
  const child = fork(program, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
  const [message] = (await once(child, 'message')) as [{ url: string }];
  // Of Yoga's answers Fastify's compression can make nothing; nobody's are compressed here.
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    authorization: data.authorization,
  };
  return { kind, url: message.url, child, headers };
}

const pathOf = ({ kind }: Server, { name }: BenchOperation): string =>
  kind === 'bare' ? `/${encodeURIComponent(name)}` : '/graphql';

const requestOf = (server: Server, operation: BenchOperation) => ({
  method: 'POST' as const,
  headers: server.headers,
  body: JSON.stringify({ query: operation.query, variables: operation.variables }),
});

/** Three times each, so that what is compiled when it comes again is compared as well. */
async function compareAnswers(servers: readonly Server[], operation: BenchOperation): Promise<void> {
  const answers = new Map<string, ServerKind>();
  for (const server of servers) {
    for (let time = 0; time < 3; time += 1) {
      const response = await fetch(`${server.url}${pathOf(server, operation)}`, requestOf(server, operation));
      const { data } = (await response.json()) as { data?: unknown };
      if (!data) throw new Error(`${server.kind} does not answer ${operation.name}`);
      answers.set(JSON.stringify(data), server.kind);
    }
  }
  if (answers.size > 1) throw new Error(`The answers to ${operation.name} differ: ${[...answers.values()].join(', ')}`);
}

async function usageOf({ child }: Server): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}

async function compare(
  servers: readonly Server[],
  operation: BenchOperation,
  connections: number,
  { seconds, rounds }: GraphqlBenchOptions,
): Promise<GraphqlComparison> {
  const runs = new Map<ServerKind, GraphqlFigure[]>(servers.map(({ kind }) => [kind, []]));
  for (let round = 0; round < rounds; round += 1) {
    const turns = round % 2 ? servers.toReversed() : servers;
    for (const server of turns) runs.get(server.kind)!.push(await measure(server, operation, connections, seconds));
  }
  const figures = Object.fromEntries([...runs].map(([kind, of]) => [kind, medians(of)]));
  return { operation: operation.name, connections, figures };
}

async function measure(
  server: Server,
  operation: BenchOperation,
  connections: number,
  duration: number,
): Promise<GraphqlFigure> {
  const before = await usageOf(server);
  const url = `${server.url}${pathOf(server, operation)}`;
  const run = await autocannon({ url, ...requestOf(server, operation), connections, duration });
  const after = await usageOf(server);
  if (run.non2xx > 0 || run.errors > 0) {
    throw new Error(`${server.kind}: ${run.non2xx} answers were not 2xx, ${run.errors} failed`);
  }
  const requests = Math.max(1, run.requests.total);
  return {
    perSecond: requests / run.duration,
    p50Ms: run.latency.p50,
    p99Ms: run.latency.p99,
    cpuMsPerRequest: (after.cpuMs - before.cpuMs) / requests,
    rssMb: after.rssMb,
  };
}

function medians(runs: readonly GraphqlFigure[]): GraphqlFigure {
  const of = (name: keyof GraphqlFigure): number => median(runs.map((run) => run[name]));
  return {
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMsPerRequest: of('cpuMsPerRequest'),
    rssMb: of('rssMb'),
  };
}
