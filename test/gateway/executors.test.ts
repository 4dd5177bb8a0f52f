import { print } from 'graphql';
import { expect, it } from 'vitest';
import { everyName, everyOperation, type Follow, type Run } from '../support/every-operation.js';
import { stockClient } from '../support/following.js';
import { startGateway } from '../support/gateway.js';
import { TestSystems } from '../support/sources.js';

/** What one gateway answers to everything, in texts that are equal for equal gateways. */
async function answers(compileAtUse: number): Promise<{ told: string[]; names: Set<string> }> {
  const env = { PULL_SOURCES: '0' };
  const { connectors } = new TestSystems();
  const gateway = await startGateway({ connectors, env, executorTuning: { compileAtUse } });
  const client = stockClient(gateway);
  const told: string[] = [];
  const names = new Set<string>();
  const note = (document: object, answer: object): void => {
    const name = /(?:query|mutation|subscription) (\w+)/.exec(print(document as never))![1]!;
    names.add(name);
    told.push(`${name} ${JSON.stringify(answer)}`);
  };
  const run: Run = async (document, variables) => {
    const { data, errors } = await gateway.query(document, variables);
    note(document, { data, errors });
    return data as never;
  };
  const follow: Follow = async (document, variables, events) => {
    const iterator = client.client.iterate({ query: print(document), variables: variables as Record<string, unknown> });
    for (let count = 0; count < events; count += 1) note(document, (await iterator.next()).value as object);
    await iterator.return?.();
  };
  try {
    await everyOperation(run, follow, gateway.users);
  } finally {
    await client.close();
    await gateway.close();
  }
  return { told: withoutChance(told), names };
}

/** Ids, cursors, moments and secrets differ from gateway to gateway; each becomes the same word wherever it stands. */
function withoutChance(told: readonly string[]): string[] {
  const words = new Map<string, string>();
  const word = (kind: string) => (found: string) => {
    words.set(found, words.get(found) ?? `${kind}${words.size}`);
    return words.get(found)!;
  };
  return told.map((text) =>
    text
      .replace(/"asOf":"[^"]+"/g, 'as of')
      .replace(/"requestId":"[^"]+"|request id [\w-]+/g, 'request')
      .replace(/(?<="(?:cursor|feedCursor|startCursor|endCursor|secret)":")[^"]+/g, word('cursor'))
      .replace(/"key":"home-[^"]+"|"name":"Workspace home[^"]+"/g, 'workspace')
      .replace(/\b[0-9a-f]{24}\b/g, word('id'))
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'moment'),
  );
}

it('every operation of schema/operations is answered alike by the compiled executor and by graphql-js', async () => {
  const interpreted = await answers(Number.POSITIVE_INFINITY);
  const compiled = await answers(1);
  expect([...interpreted.names]).toEqual(expect.arrayContaining([...everyName]));
  expect(interpreted.told.filter((text) => text.includes('"errors"')).length).toBeGreaterThan(3);
  expect(interpreted.told.join()).not.toContain('INTERNAL_SERVER_ERROR');
  expect(compiled.told).toEqual(interpreted.told);
}, 120_000);
