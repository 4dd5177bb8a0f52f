import { createHash } from 'node:crypto';
import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountActivityLogsDocument,
  CreateActivityLogDocument,
  ViewerDocument,
} from '../../schema/operations/operations.js';
import { readConfig } from '../../src/base/config.js';
import { PersistedDocuments } from '../../src/graphql/persisted-documents.js';
import { persistedOptionsOf } from '../../src/graphql/trusted-documents.js';
import { stockClient } from '../support/following.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const extensionsOf = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });

interface Sent {
  readonly query?: string;
  readonly extensions?: object;
}
interface Told {
  readonly status?: number;
  readonly data?: unknown;
  readonly errors?: readonly GraphqlError[];
}
type Door = (gateway: TestGateway, sent: Sent, as?: As) => Promise<Told>;

const headersOf = (gateway: TestGateway, as: As = 'admin') => ({
  'content-type': 'application/json',
  ...(gateway.people[as] && { authorization: gateway.people[as] }),
});
const byPost: Door = async (gateway, sent, as) => {
  const init = { method: 'POST', headers: headersOf(gateway, as), body: JSON.stringify(sent) };
  const response = await fetch(`${gateway.url}/graphql`, init);
  return { status: response.status, ...((await response.json()) as Told) };
};
const byGet: Door = async (gateway, { query, extensions }, as) => {
  const parameters = new URLSearchParams({
    ...(query !== undefined && { query }),
    ...(extensions && { extensions: JSON.stringify(extensions) }),
  });
  const response = await fetch(`${gateway.url}/graphql?${parameters}`, { headers: headersOf(gateway, as) });
  return { status: response.status, ...((await response.json()) as Told) };
};
const bySocket: Door = async (gateway, { query = '', extensions }, as) => {
  const stock = stockClient(gateway, as);
  try {
    const payload = { query, extensions: extensions as Record<string, unknown> };
    return await new Promise<Told>((resolve) => {
      let told: Told = {};
      const stop = stock.client.subscribe(payload, {
        next: (result) => {
          told = result as Told;
          stop();
        },
        error: (errors) => resolve({ errors: errors as GraphqlError[] }),
        complete: () => resolve(told),
      });
    });
  } finally {
    await stock.close();
  }
};
const byStream: Door = async (gateway, sent, as) => {
  const init = { method: 'POST', headers: headersOf(gateway, as), body: JSON.stringify(sent) };
  const text = await (await fetch(`${gateway.url}/graphql/stream`, init)).text();
  return JSON.parse(/^data: (\{.+\})$/m.exec(text)?.[1] ?? text) as Told;
};

const doors: [string, Door][] = [
  ['POST', byPost],
  ['GET', byGet],
  ['a socket', bySocket],
  ['a stream', byStream],
];

const codesOf = ({ errors }: Told) => errors?.map(({ extensions }) => extensions.code);

describe('a document by its hash', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  it.each(doors)('is unknown, then told with its text, then known, by %s', async (name, door) => {
    const query = `query ByHash { viewer { scopes } } # ${name}`;
    const extensions = extensionsOf(query);
    const unknown = await door(gateway, { extensions });
    expect(unknown.errors).toMatchObject([
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ]);
    expect(unknown.status ?? 200).toBe(200);
    const data = { viewer: { scopes: ['*'] } };
    expect((await door(gateway, { query, extensions })).data).toEqual(data);
    for (const [, other] of doors) expect((await other(gateway, { extensions })).data).toEqual(data);
  });

  it.each(doors)('must be that of its text, by %s', async (_name, door) => {
    const told = await door(gateway, { query: '{ __typename }', extensions: extensionsOf('{ viewer { scopes } }') });
    expect(told.errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'extensions.persistedQuery.sha256Hash',
    });
    const version = { persistedQuery: { version: 2, sha256Hash: 'x' } };
    expect(codesOf(await door(gateway, { query: '{ __typename }', extensions: version }))).toEqual(['BAD_USER_INPUT']);
  });

  it('is kept for those alone who show a credential', async () => {
    const query = 'query OfNobody { __typename }';
    const sent = { query, extensions: extensionsOf(query) };
    for (const [, door] of doors.slice(0, 2)) {
      expect((await door(gateway, sent, 'nobody')).data).toEqual({ __typename: 'Query' });
      await door(gateway, sent, 'wrong');
      expect(codesOf(await door(gateway, { extensions: sent.extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    }
  });

  it('follows as by its text', async () => {
    const { feedCursor } = (await gateway.data(CountActivityLogsDocument, {})).activityLogs;
    const { createActivityLog } = await gateway.data(CreateActivityLogDocument, { input: { action: 'told' } });
    const query = `subscription { activityLogged(after: ${JSON.stringify(feedCursor)}) { activityLogId } }`;
    const extensions = extensionsOf(query);
    const data = { activityLogged: { activityLogId: createActivityLog.activityLog!.id } };
    expect((await bySocket(gateway, { query, extensions })).data).toEqual(data);
    expect((await bySocket(gateway, { extensions })).data).toEqual(data);
  });

  it('is forgotten for others, once all take up more than they may', () => {
    const documents = new PersistedDocuments({ mostCharacters: 1000 });
    const texts = Array.from({ length: 20 }, (_, n) => `{ field${n} }`);
    for (const query of texts) documents.keep({ query, extensions: extensionsOf(query) });
    expect(documents.textOf({ extensions: extensionsOf(texts[19]!) })).toBe(texts[19]);
    expect(() => documents.textOf({ extensions: extensionsOf(texts[0]!) })).toThrow('PersistedQueryNotFound');
  });
});

describe('TRUSTED_DOCUMENTS=only', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { TRUSTED_DOCUMENTS: 'only' } });
  });
  afterAll(() => gateway.close());

  it.each(doors)('takes those of schema/operations, by text or by hash alone, by %s', async (_name, door) => {
    const query = print(ViewerDocument);
    for (const sent of [{ query }, { extensions: extensionsOf(query) }, { query, extensions: extensionsOf(query) }]) {
      expect((await door(gateway, sent)).data).toMatchObject({ viewer: { scopes: ['*'] } });
    }
  });

  it.each(doors)('refuses all others, also those that differ by a space, by %s', async (_name, door) => {
    const texts = ['{ viewer { scopes } }', '{ __schema { queryType { name } } }', `${print(ViewerDocument)} `, '{'];
    for (const query of texts) {
      for (const sent of [{ query }, { query, extensions: extensionsOf(query) }]) {
        const told = await door(gateway, sent);
        expect(codesOf(told)).toEqual(['UNTRUSTED_DOCUMENT']);
        if (told.status !== undefined) expect(told.status).toBe(403);
      }
      expect(codesOf(await door(gateway, { extensions: extensionsOf(query) }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    }
  });

  it('is so for subscriptions, too', async () => {
    const subscription = 'subscription { activityLogged { cursor } }';
    expect(codesOf(await bySocket(gateway, { query: subscription }))).toEqual(['UNTRUSTED_DOCUMENT']);
    expect(codesOf(await byStream(gateway, { query: subscription }))).toEqual(['UNTRUSTED_DOCUMENT']);
  });

  it('does not start with a file that is no manifest', () => {
    for (const file of ['package.json', 'schema/schema.graphql', 'schema/nothing.json']) {
      const config = readConfig({ TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: file });
      expect(() => persistedOptionsOf(config)).toThrow(/TRUSTED_DOCUMENTS_FILE: .* is no manifest of documents/);
    }
  });
});
