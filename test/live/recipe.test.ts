import { readFile } from 'node:fs/promises';
import { print } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ActivityLoggedDocument,
  type ActivityLoggedSubscription,
  CreateActivityLogsDocument,
} from '../../schema/operations/operations.js';
import { resuming } from '../../schema/operations/resuming.js';
import { stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway?.close());

const record = (...actions: string[]) =>
  gateway.data(CreateActivityLogsDocument, { inputs: actions.map((action) => ({ action })) });

it('the recipe goes on after the last event of a stock client, though its caller gave plain variables', async () => {
  const { createActivityLogs } = await record('before');
  const stock = stockClient(gateway);
  const actions: string[] = [];
  let more = (): void => {};
  // As Apollo Client's link and urql's exchange call it.
  resuming(stock.client).subscribe<ActivityLoggedSubscription>(
    { query: print(ActivityLoggedDocument), variables: { after: createActivityLogs.cursor } },
    {
      next: ({ data }) => {
        actions.push(data!.activityLogged.activityLog!.action);
        more();
      },
      error: (cause) => actions.push(String(cause)),
      complete: () => {},
    },
  );
  const told = async (count: number): Promise<void> => {
    while (actions.length < count) await new Promise<void>((resolve) => (more = resolve));
  };
  await record('first', 'second');
  await told(2);
  stock.cut();
  await record('missed');
  await told(3);
  stock.cut();
  await record('last');
  await told(4);
  expect(actions).toEqual(['first', 'second', 'missed', 'last']);
  expect(stock.sockets.length).toBeGreaterThan(1);
  await stock.close();
});

it('is what the README shows', async () => {
  const root = new URL('../../', import.meta.url);
  const readme = await readFile(new URL('README.md', root), 'utf8');
  const recipe = await readFile(new URL('schema/operations/resuming.ts', root), 'utf8');
  expect(readme).toContain(recipe.slice(recipe.indexOf('export function')));
});
