import { parse, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConnectSourceDocument,
  CreateCredentialDocument,
  PauseSourceDocument,
  RemoveSourceDocument,
  RevokeCredentialDocument,
  SourceChangedDocument,
  type SourceChangedSubscription,
  UpdateSourceDocument,
} from '../../schema/operations/operations.js';
import { newId } from '../../src/base/ids.js';
import { deferred } from '../../src/base/lifecycle.js';
import type { LiveSubscription } from '../../src/graphql/live/live-subscription.js';
import type { Outlet } from '../../src/graphql/live/outlet.js';
import { planOf } from '../../src/graphql/live/plan.js';
import { createSchema } from '../../src/graphql/schema.js';
import { overSocket, type StockClient, stockClient } from '../support/following.js';
import { type GraphqlError, startGateway, type TestGateway } from '../support/gateway.js';
import { addKey } from '../support/people.js';
import { viewerOf } from '../support/services.js';
import { noteState, TestSystems } from '../support/sources.js';
import { stockStream } from '../support/streaming.js';

let gateway: TestGateway;
let beside: TestGateway;
beforeAll(async () => {
  // Nobody reads: how sources stand is what these tests say.
  const options = { connectors: new TestSystems().connectors, env: { PULL_SOURCES: '0' } };
  gateway = await startGateway(options);
  beside = await startGateway({ ...options, database: gateway.store.db.databaseName });
  // Another process, the same person.
  beside.people.admin = gateway.people.admin;
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});

type Told = SourceChangedSubscription['sourceChanged'];

/** What one who follows sources was told. */
class Watching {
  readonly told: Told[] = [];
  errors: readonly GraphqlError[] | undefined;
  isOver = false;
  #more: () => void = () => {};

  constructor({ client }: Pick<StockClient, 'client'>, id?: string) {
    client.subscribe<SourceChangedSubscription>(
      { query: print(SourceChangedDocument), variables: { id } },
      {
        next: ({ data, errors }) => {
          if (data) this.told.push(data.sourceChanged);
          // A stream has no other way to tell why it ends.
          this.errors = errors as GraphqlError[] | undefined;
          this.#more();
        },
        error: (errors) => this.#end(errors as GraphqlError[]),
        complete: () => this.#end(),
      },
    );
  }

  get last(): Told | undefined {
    return this.told.at(-1);
  }

  async until(isSo: (watching: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  #end(errors?: readonly GraphqlError[]): void {
    this.errors ??= errors;
    this.isOver = true;
    this.#more();
  }
}

const phones = () => ({ system: 'TIKMATRIX' as const, name: `Phones ${newId()}`, baseUrl: 'http://127.0.0.1:1' });
const connect = async () => (await gateway.data(ConnectSourceDocument, { input: phones() })).connectSource.source;
const rename = (id: string, name: string) => gateway.data(UpdateSourceDocument, { input: { id, name } });

describe.each([
  ['a socket', stockClient],
  ['a stream', stockStream],
] as const)('sourceChanged over %s', (_door, open) => {
  it('tells each source as it is, then each change, whoever makes it', async () => {
    const one = await connect();
    const other = await connect();
    const stock = open(gateway);
    const watching = new Watching(stock);
    await watching.until(({ told }) => [one, other].every(({ id }) => told.some((source) => source.id === id)));
    const toldOf = ({ id }: { id: string }) => watching.told.filter((source) => source.id === id);
    expect([toldOf(one), toldOf(other)]).toMatchObject([[{ version: 1 }], [{ version: 1 }]]);

    const name = `Renamed ${newId()}`;
    await rename(one.id, name);
    await watching.until(({ last }) => last?.name === name);
    // What another process did is found by the next look.
    await beside.data(PauseSourceDocument, { id: other.id });
    await watching.until(({ last }) => last?.id === other.id && last.status === 'PAUSED');

    const workspaceId = gateway.home.id;
    const fault = { kind: 'UNREACHABLE' as const, message: 'Nobody answers', at: new Date() };
    await noteState(gateway.store, { id: one.id, workspaceId }, { fault, failures: 3 });
    await watching.until(({ last }) => last?.status === 'FAILING');
    expect(watching.last).toMatchObject({ id: one.id, fault: { kind: 'UNREACHABLE', message: 'Nobody answers' } });
    expect(toldOf(other).map(({ version }) => version)).toEqual([1, 2]);
    await stock.close();
  });

  it('tells one source until it is removed', async () => {
    const { id } = await connect();
    const other = await connect();
    const stock = open(gateway);
    const watching = new Watching(stock, id);
    await watching.until(({ told }) => told.length === 1);
    await rename(other.id, `Renamed ${newId()}`);
    const name = `Renamed ${newId()}`;
    await rename(id, name);
    await watching.until(({ last }) => last?.name === name);
    await gateway.data(RemoveSourceDocument, { id });
    await watching.until(({ isOver }) => isOver);
    expect([new Set(watching.told.map((source) => source.id)), watching.errors]).toEqual([new Set([id]), undefined]);
    await stock.close();
  });

  it('ends with its credential', async () => {
    const { id } = await connect();
    const { createCredential } = await gateway.data(CreateCredentialDocument, {
      input: { kind: 'API_KEY', name: 'a dashboard', scopes: ['source:read'] },
    });
    const people = { ...gateway.people, reader: `Bearer ${createCredential.secret}` };
    const stock = open({ url: gateway.url, people }, 'reader', {
      retryAttempts: 0,
      shouldRetry: () => false,
    } as object);
    const watching = new Watching(stock, id);
    await watching.until(({ told }) => told.length === 1);
    await gateway.data(RevokeCredentialDocument, { id: createCredential.credential.id });
    await watching.until(({ isOver }) => isOver);
    expect(watching.errors).toBeDefined();
    await stock.close();
  });
});

describe('who follows sources', () => {
  it('needs source:read, and a source of the own workspace', async () => {
    const { id } = await connect();
    gateway.people.writer = await addKey(gateway.store, gateway.home.id, ['activity_log:read', 'source:write']);
    const document = 'subscription ($id: ObjectID) { sourceChanged(id: $id) { id } }';
    const codeOf = async (variables: Record<string, unknown>, as: 'writer' | 'admin' | 'foreigner') => {
      const { extensions } = (await overSocket(gateway, document, variables, as)).errors![0]!;
      return [extensions.code, extensions.field];
    };
    expect(await codeOf({}, 'writer')).toEqual(['FORBIDDEN', undefined]);
    expect(await codeOf({ id }, 'foreigner')).toEqual(['NOT_FOUND', 'id']);
    expect(await codeOf({ id: newId() }, 'admin')).toEqual(['NOT_FOUND', 'id']);
    expect(await codeOf({ id: 'none' }, 'admin')).toEqual(['BAD_USER_INPUT', 'id']);
  });

  it('costs one look and one execution for a change, however many follow', async () => {
    const { id } = await connect();
    const stock = stockClient(gateway);
    const crowd = Array.from({ length: 20 }, () => new Watching(stock, id));
    await Promise.all(crowd.map((watching) => watching.until(({ told }) => told.length === 1)));
    const name = `Renamed ${newId()}`;
    const executed = gateway.gateway.live.counts().executions;
    const sent = await gateway.commandsOf(async () => {
      await gateway.gateway.services.sources.update(viewerOf(gateway.home.id), { id, name });
      await Promise.all(crowd.map((watching) => watching.until(({ last }) => last?.name === name)));
    });
    const looks = sent.filter((command) => command === 'find source_states').length;
    // One of the update, and those of looks: at once, and once a second.
    expect(looks).toBeLessThan(crowd.length);
    expect(gateway.gateway.live.counts().executions).toBeLessThan(executed + crowd.length);
    await stock.close();
  });

  it('shares what is told with all who ask for the same, whatever variables they send beside', async () => {
    const { id } = await connect();
    const schema = createSchema(gateway.gateway.services);
    const plan = planOf(schema, parse('subscription ($id: ObjectID) { sourceChanged(id: $id) { name version } }'));
    const executed = gateway.gateway.live.counts().executions;
    const leaving: (() => Promise<void>)[] = [];
    for (const beside of [undefined, 'one', 'x'.repeat(100_000)]) {
      const heard = deferred<string>();
      const following = await gateway.gateway.live.subscribe(viewerOf(gateway.home.id), {
        plan,
        variables: { id, beside },
        outlet: { isReady: () => true, whenReady: async () => {}, send: heard.resolve },
        isOver: () => false,
      });
      const ended = following.next();
      expect(JSON.parse(await heard.promise)).toMatchObject({ data: { sourceChanged: { version: 1 } } });
      // The next one comes before this one goes, so that what is shared stays.
      leaving.push(async () => {
        await following.return(undefined);
        await ended;
      });
    }
    expect(gateway.gateway.live.counts().executions).toBe(executed + 1);
    for (const leave of leaving) await leave();
  });

  it('and does not take what comes is told the newest state when it does, and nothing in between', async () => {
    const { id } = await connect();
    const services = gateway.gateway.services;
    const viewer = viewerOf(gateway.home.id);
    const told: string[] = [];
    let ready = deferred<void>();
    let isReady = true;
    let heard = deferred<void>();
    const stock = stockClient(gateway);
    const quick = new Watching(stock, id);
    const outlet: Outlet = {
      isReady: () => isReady,
      whenReady: () => ready.promise,
      send: (text) => {
        told.push((JSON.parse(text) as { data: { sourceChanged: { name: string } } }).data.sourceChanged.name);
        heard.resolve();
      },
    };
    const plan = planOf(
      createSchema(services),
      parse('subscription ($id: ObjectID) { sourceChanged(id: $id) { name } }'),
    );
    const following: LiveSubscription = await gateway.gateway.live.subscribe(viewer, {
      plan,
      variables: { id },
      outlet,
      isOver: () => false,
    });
    const ended = following.next();
    await heard.promise;
    heard = deferred();
    isReady = false;
    for (const name of ['second', 'third', 'fourth'])
      await services.sources.update(viewer, { id, name: `${name} of ${id}` });
    await quick.until(({ last }) => last?.name.startsWith('fourth') === true);
    isReady = true;
    ready.resolve();
    ready = deferred();
    await heard.promise;
    // A look between the change and the asking for a reading tells two states of the same name.
    expect(new Set(told.slice(1))).toEqual(new Set([`fourth of ${id}`]));
    await following.return(undefined);
    expect(await ended).toEqual({ done: true, value: undefined });
    await stock.close();
  });
});
