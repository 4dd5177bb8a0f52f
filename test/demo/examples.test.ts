import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runDemo } from '../../scripts/demo/demo.js';
import { deferred } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { examples } from '../../src/server/pages/examples.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
  const ready = deferred();
  const stopping = new AbortController();
  const running = runDemo(
    {
      url: inject('mongodbUrl'),
      database: gateway.store.db.databaseName,
      keys: { apiKey: 'demo-key', secret: 'demo-secret', readerSecret: 'demo-reader-secret' },
    },
    { logger: silentLogger, signal: stopping.signal, tell: (message) => void ('ready' in message && ready.resolve()) },
  );
  await Promise.race([ready.promise, running]);
  stopping.abort();
  await running;
}, 120_000);
afterAll(() => gateway?.close());

type Row = Record<string, unknown> & { source: string; user: object | null };
interface List {
  readonly totalCount: number;
  readonly nodes: Row[];
}

/** What the page's example answers where the demo's key is filled in. */
async function answerOf<T>(title: string): Promise<T> {
  const { query, variables } = examples.find((example) => example.title === title)!;
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer demo-key' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: GraphqlError[] };
  expect(errors).toBeUndefined();
  return data;
}

describe('on the data of the demo', () => {
  const shown: Record<string, () => Promise<void>> = {
    'A page with users': async () => {
      const { activityLogs } = await answerOf<{ activityLogs: List }>('A page with users');
      expect(activityLogs.nodes).toHaveLength(20);
      expect(new Set(activityLogs.nodes.map(({ source }) => source)).size).toBe(6);
      expect(activityLogs.nodes.filter(({ user }) => user !== null).length).toBeGreaterThan(10);
    },
    'A filter': async () => {
      const { activityLogs } = await answerOf<{ activityLogs: List }>('A filter');
      expect(activityLogs.totalCount).toBeGreaterThan(100);
      expect(activityLogs.nodes).toHaveLength(10);
      expect(new Set(activityLogs.nodes.map(({ source }) => source))).toEqual(new Set(['AWORLD', 'THRIVE']));
      for (const node of activityLogs.nodes) {
        expect(node).toMatchObject({
          outcome: 'SUCCESS',
          user: { name: expect.any(String) },
          activity: expect.anything(),
        });
      }
    },
    'One person': async () => {
      const { latest, learning, climate } = await answerOf<Record<string, List>>('One person');
      expect(latest!.nodes).toHaveLength(10);
      expect(new Set(latest!.nodes.map(({ source }) => source)).size).toBeGreaterThan(2);
      expect(learning!.totalCount).toBeGreaterThan(0);
      expect(climate!.totalCount).toBeGreaterThan(0);
      expect(latest!.totalCount).toBeGreaterThan(learning!.totalCount + climate!.totalCount);
    },
    'A mutation': async () => {
      const title = 'A mutation';
      const { createActivityLog: first } = await answerOf<{ createActivityLog: { activityLog: object } }>(title);
      expect(first).toMatchObject({ outcome: 'RECORDED', activityLog: { user: { name: 'Dana Demo' } } });
      const { createActivityLog: second } = await answerOf<{ createActivityLog: object }>(title);
      expect(second).toMatchObject({ outcome: 'DUPLICATE', activityLog: first.activityLog });
    },
    'A batch': async () => {
      const { createActivityLogs } = await answerOf<{ createActivityLogs: object }>('A batch');
      expect(createActivityLogs).toMatchObject({
        results: [
          { outcome: 'RECORDED', error: null },
          { outcome: 'RECORDED', error: null },
          { activityLog: null, error: { code: 'BAD_USER_INPUT', field: 'inputs[2].action' } },
        ],
      });
    },
  };

  it('there is something to see for every example', () => {
    expect(Object.keys(shown)).toEqual(examples.map(({ title }) => title));
  });

  it.each(Object.entries(shown))('%s', async (_title, show) => show());
});
