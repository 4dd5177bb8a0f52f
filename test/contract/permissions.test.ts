import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConnectSourceDocument,
  CreateActivityLogDocument,
  CreatePathwayDocument,
  EnrolUsersDocument,
  FollowDocument,
} from '../../schema/operations/operations.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';
import { pathsOf } from '../support/routes.js';
import { TestSystems } from '../support/sources.js';
import { minimalDocument } from './minimal-document.js';
import { kinds, type Shown, showAll } from './permission-credentials.js';
import { type Door, type Outcome, overHttp, overSocket, overStream } from './permission-doors.js';
import { methods, type Need, operations, routes, type Sent } from './permissions.js';

const schema = createSchema({} as Services);
const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
const fields = roots.flatMap((root) => Object.keys(root.getFields()).map((name) => `${root.name}.${name}`));

let gateway: TestGateway;
let shown: ReadonlyMap<string, Shown>;
/** What the rows' arguments name. */
let seeds: Record<string, string>;
beforeAll(async () => {
  gateway = await startGateway({ connectors: new TestSystems().connectors });
  const { cursor } = (await gateway.data(CreateActivityLogDocument, { input: { action: 'first' } })).createActivityLog;
  const input = { action: 'homely', userId: gateway.users.alice, summary: 'A Homely secret' };
  const { activityLog } = (await gateway.data(CreateActivityLogDocument, { input })).createActivityLog;
  const { connectSource } = await gateway.data(ConnectSourceDocument, {
    input: { system: 'TIKMATRIX', name: 'Homely phones', baseUrl: 'http://127.0.0.1:1', paused: true },
  });
  const { createPathway } = await gateway.data(CreatePathwayDocument, {
    input: { key: 'homely', name: 'Homely pathway' },
  });
  const pathwayId = createPathway.pathway.id;
  await gateway.data(EnrolUsersDocument, { input: { pathwayId, users: [{ userId: gateway.users.alice }] } });
  gateway.people.alice = await addKey(gateway.store, gateway.home.id, ['*'], gateway.users.alice);
  await gateway.data(FollowDocument, { input: { userId: gateway.users.bob } }, { as: 'alice' });
  await gateway.data(CreateActivityLogDocument, { input: { action: 'followed', userId: gateway.users.bob } });
  // Who may not follow is told of what is about them.
  const additionalData = { mentions: [gateway.users.alice] };
  await gateway.data(CreateActivityLogDocument, {
    input: { action: 'mentioned', userId: gateway.users.bob, additionalData },
  });
  seeds = {
    cursor,
    pathway: pathwayId,
    log: activityLog!.id,
    source: connectSource.source.id,
    user: gateway.users.alice,
  };
  shown = await showAll(gateway);
});
afterAll(() => gateway.close());

const expected = ({ held }: Shown, need: Need): Outcome => {
  if (!held) return 'UNAUTHENTICATED';
  return need(held) ? 'in' : 'FORBIDDEN';
};

/** Nothing of what is at home may be told abroad. */
function expectNothingOfHome(text: string): void {
  for (const secret of ['Homely', 'Alice Miller', gateway.home.id, seeds.log!, seeds.user!]) {
    expect(text).not.toContain(secret);
  }
}

describe('every operation', () => {
  it('has a row, and every row an operation', () => expect(Object.keys(operations).sort()).toEqual(fields.sort()));

  const doors: Record<string, { readonly door: Door; readonly fields: string[] }> = {
    HTTP: { door: overHttp, fields: fields.filter((field) => !field.startsWith('Subscription.')) },
    'a socket': { door: overSocket, fields },
    'a stream': { door: overStream, fields },
  };
  const documentOf = (field: string): string => {
    const [root, name] = field.split('.') as [string, string];
    const args = operations[field]![1]?.replace(/\$(\w+)/g, (_, seed: string) => seeds[seed]!);
    return minimalDocument(roots.find((one) => one.name === root)!, name, args);
  };

  describe.each(Object.keys(doors))('by %s', (name) => {
    const { door, fields: asked } = doors[name]!;

    it.each(kinds)('lets in with "%s" whom it should', async (kind) => {
      const who = shown.get(kind)!;
      const told = await door(gateway, who, Object.fromEntries(asked.map((field) => [field, documentOf(field)])));
      const outcomes = Object.fromEntries(asked.map((field) => [field, told[field]!.outcome]));
      expect(outcomes).toEqual(Object.fromEntries(asked.map((field) => [field, expected(who, operations[field]![0])])));
      if (kind === 'foreign') for (const { text } of Object.values(told)) expectNothingOfHome(text);
    });
  });
});

describe('every route', () => {
  const cells = Object.entries(routes).flatMap(([path, row]) =>
    methods.map((method) => ({ method, path, cell: row[method] })),
  );

  it('has a row, and every row a route', () => {
    expect(pathsOf(gateway.gateway.app).sort()).toEqual(Object.keys(routes).sort());
  });

  const call = async (
    { authorization }: Shown,
    method: string,
    path: string,
    { body, headers, parameter }: Sent = {},
  ) => {
    const url = `${gateway.url}${path.replace(/:\w+/g, parameter ?? '0'.repeat(24))}`;
    const response = await fetch(url, {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };

  it.each(kinds)('lets in with "%s" whom it should', async (kind) => {
    const who = shown.get(kind)!;
    const guarded = cells.flatMap(({ method, path, cell }) =>
      cell && cell !== 'open' ? [{ method, path, need: cell[0], send: cell[1] }] : [],
    );
    const found = await Promise.all(
      guarded.map(async ({ method, path, need, send }) => {
        const { status, text } = await call(who, method, path, send);
        if (kind === 'foreign') expectNothingOfHome(text);
        const outcome = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' }[status] ?? (status < 500 ? 'in' : String(status));
        return [`${method} ${path}`, outcome, expected(who, need)] as const;
      }),
    );
    expect(Object.fromEntries(found.map(([route, outcome]) => [route, outcome]))).toEqual(
      Object.fromEntries(found.map(([route, , wanted]) => [route, wanted])),
    );
  });

  /** Also by a route with a parameter in the place of the last part. */
  const servedBy = (method: string, path: string): boolean =>
    cells.some(
      (one) =>
        one.cell !== undefined && one.method === method && [path, path.replace(/[^/]+$/, ':id')].includes(one.path),
    );

  it('answers other methods that there is nothing', async () => {
    const basic = shown.get('basic')!;
    const others = cells.filter(({ method, path }) => !servedBy(method, path));
    const found = await Promise.all(
      others.map(async ({ method, path }) => [`${method} ${path}`, (await call(basic, method, path)).status]),
    );
    expect(found.filter(([, status]) => status !== 404 && status !== 405)).toEqual([]);
  });
});
