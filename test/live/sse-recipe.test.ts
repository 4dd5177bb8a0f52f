import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { print } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ActivityLoggedDocument,
  type ActivityLoggedSubscription,
  CreateActivityLogsDocument,
} from '../../schema/operations/operations.js';
import { comingBack, resumingStream } from '../../schema/operations/resuming-stream.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { overStream } from '../support/streaming.js';

let gateway: TestGateway;
const connections = new Set<Socket>();
beforeAll(async () => {
  gateway = await startGateway();
  gateway.gateway.app.server.on('request', ({ url, socket }: IncomingMessage) => {
    if (url === '/graphql/stream') connections.add(socket);
  });
});
afterAll(() => gateway?.close());

const record = (...actions: string[]) =>
  gateway.data(CreateActivityLogsDocument, { inputs: actions.map((action) => ({ action })) });
const cut = (): void => {
  for (const socket of connections) socket.destroy();
  connections.clear();
};

it('the recipe goes on after the last event of a stock client, though its caller gave plain variables', async () => {
  const { createActivityLogs } = await record('before');
  const url = `${gateway.url}/graphql/stream`;
  const live = resumingStream(createClient({ ...comingBack, url, headers: { authorization: gateway.people.admin! } }));
  const actions: string[] = [];
  let more = (): void => {};
  let tries = 0;
  live.subscribe<ActivityLoggedSubscription, unknown>(
    { query: print(ActivityLoggedDocument), variables: { after: createActivityLogs.cursor } },
    {
      next: ({ data }) => {
        actions.push(data!.activityLogged.activityLog!.action);
        more();
      },
      error: (cause) => actions.push(String(cause)),
      complete: () => {},
    },
    { connecting: () => (tries += 1) },
  );
  const told = async (count: number): Promise<void> => {
    while (actions.length < count) await new Promise<void>((resolve) => (more = resolve));
  };
  await record('first', 'second');
  await told(2);
  cut();
  await record('missed');
  await told(3);
  cut();
  await record('last');
  await told(4);
  expect(actions).toEqual(['first', 'second', 'missed', 'last']);
  expect(tries).toBeGreaterThan(2);
  live.dispose();
});

it('tells at once what another try cannot change', async () => {
  const { fetchFn, retryAttempts } = comingBack;
  const [answer] = await overStream(gateway, '{ viewer { scopes } }', {}, 'wrong', { fetchFn, retryAttempts });
  expect(answer?.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
});

it('is what the README shows', async () => {
  const root = new URL('../../', import.meta.url);
  const readme = await readFile(new URL('README.md', root), 'utf8');
  const recipe = await readFile(new URL('schema/operations/resuming-stream.ts', root), 'utf8');
  expect(readme).toContain(recipe.slice(recipe.indexOf('export const comingBack')));
});
