import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, inject, it, onTestFinished } from 'vitest';
import { CountActivityLogsDocument, CreateActivityLogsDocument } from '../../schema/operations/operations.js';
import type { GatewayOrder } from '../../scripts/chaos/live-gateways.js';
import { builtProgram } from '../../scripts/support/built-program.js';
import { killed } from '../support/engine-processes.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { actionsOf, isReady, writeUntilThere } from './writer.js';

const program = await builtProgram('scripts/chaos/live-gateway.ts');

/** A second gateway on a first one's database, as a process of its own. */
async function startBeside(gateway: TestGateway, flags: string[] = []): Promise<{ child: ChildProcess; url: string }> {
  const order: GatewayOrder = { url: inject('mongodbUrl'), database: gateway.store.db.databaseName, signals: true };
  const child = fork(program, [JSON.stringify(order)], { execArgv: flags });
  onTestFinished(() => killed(child));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

/** The first gateway's ways to ask, of the second. */
const queryOf = (gateway: TestGateway, url: string): TestGateway['query'] => {
  return (async (document: unknown, variables: unknown) => {
    const { print } = await import('graphql');
    const query = typeof document === 'string' ? document : print(document as never);
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: gateway.people.admin! },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
  }) as TestGateway['query'];
};

it('a gateway that is paused and goes on has missed nothing, doubles nothing, and kept nobody waiting', {
  timeout: 90_000,
}, async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.close());
  const { child, url } = await startBeside(gateway);
  const stock = stockClient({ url, people: gateway.people });
  onTestFinished(() => stock.close());
  const { feedCursor: after } = (await gateway.data(CountActivityLogsDocument, {})).activityLogs;
  const following = new Following(stock, { after });
  const there = queryOf(gateway, url);
  await writeUntilThere(there, 'first');
  await following.count(1);
  // Some of these are under way in the process that stops.
  const caught = Array.from({ length: 10 }, (_, n) => `caught-${n}`);
  const writing = caught.map((key) => writeUntilThere(there, key));
  child.kill('SIGSTOP');
  const meanwhile = Array.from({ length: 10 }, (_, n) => `meanwhile-${n}`);
  for (const key of meanwhile) await writeUntilThere(gateway.query, key);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  child.kill('SIGCONT');
  await Promise.all(writing);
  await writeUntilThere(there, 'last');
  const all = ['first', ...caught, ...meanwhile, 'last'];
  await following.count(all.length);
  const actions = await actionsOf(gateway, following.last);
  expect([...actions].sort()).toEqual([...all].sort());
  expect(following.actions).toEqual(actions);
  expect(await isReady(url)).toBe(true);
});

it('a gateway with little memory answers many large pages at once, or says that it cannot, and lives', {
  timeout: 90_000,
}, async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.close());
  const inputs = Array.from({ length: 1_000 }, (_, n) => ({
    action: `a-${n}`,
    additionalData: { n, text: 'x'.repeat(2_000) },
  }));
  await gateway.data(CreateActivityLogsDocument, { inputs });
  const { child, url } = await startBeside(gateway, ['--max-old-space-size=128']);
  const ask = queryOf(gateway, url);
  const page = '{ activityLogs(first: 1000) { nodes { id action summary additionalData user { name } } } }';
  const answers = await Promise.all(Array.from({ length: 16 }, () => ask(page, {})));
  const codes = answers.map(({ data, errors }) => (data ? 'data' : errors?.[0]?.extensions.code));
  expect(
    codes.filter((code) => !['data', 'RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'QUERY_TOO_SLOW'].includes(code!)),
  ).toEqual([]);
  expect(codes).toContain('data');
  expect(child.exitCode).toBeNull();
  expect(await isReady(url)).toBe(true);
});
