import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeFeedCursor } from '../../src/base/cursor.js';
import { beginSpan, isTraced } from '../../src/base/tracing.js';
import { userIdentity } from '../../src/model/identity.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { entryDraft } from '../support/services.js';
import { startTracing } from '../support/tracing.js';

const untraced = [isTraced(), beginSpan('nobody follows this')];
const { spans, stop } = startTracing();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const actor = { kind: 'USER' as const, key: userIdentity(gateway.users.alice) };
  await gateway.gateway.log.recorder.append(gateway.home.id, entryDraft({ actor }));
});
afterAll(async () => {
  await gateway.close();
  await stop();
});

/** Spans of a trace, once that which began last is among them. */
async function trace(traceId: string, last: string): Promise<ReadableSpan[]> {
  for (;;) {
    const found = spans.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    if (found.some(({ name }) => name === last)) return found;
    await new Promise(setImmediate);
  }
}

it('begins nothing where nobody follows', () => {
  expect(untraced).toEqual([false, undefined]);
  expect(isTraced()).toBe(true);
});

it('shows a request with its batches and its calls of the store, below what its caller says', async () => {
  const traceId = 'a'.repeat(32);
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: gateway.people.admin!,
      traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
    },
    body: JSON.stringify({ query: 'query Newest { activityLogs(first: 5) { nodes { action user { name } } } }' }),
  });
  expect(((await response.json()) as { errors?: object }).errors).toBeUndefined();
  const found = await trace(traceId, 'POST /graphql');
  const byName = new Map(found.map((span) => [span.name, span]));
  const parentOf = (name: string) => byName.get(name)?.parentSpanContext?.spanId;
  const idOf = (name: string) => byName.get(name)?.spanContext().spanId;
  expect(byName.get('POST /graphql')).toMatchObject({
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Newest',
      'request.id': response.headers.get('x-request-id'),
    },
  });
  expect(parentOf('POST /graphql')).toBe('b'.repeat(16));
  expect(parentOf('find activity_logs')).toBe(idOf('POST /graphql'));
  expect(byName.get('batch userByIdentity')?.attributes).toEqual({ 'batch.keys': 1 });
  expect(parentOf('batch userByIdentity')).toBe(idOf('POST /graphql'));
  expect(byName.get('find users')).toMatchObject({
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'mongodb', 'db.operation.name': 'find', 'db.collection.name': 'users' },
  });
  expect(parentOf('find users')).toBe(idOf('batch userByIdentity'));
  expect(JSON.stringify(found.map(({ attributes }) => attributes))).not.toContain(gateway.users.alice);
});

it('shows an event that is told, with what it looked up', async () => {
  const after = encodeFeedCursor(await gateway.gateway.log.feeds.settle(gateway.home.id));
  const client = stockClient(gateway);
  const following = new Following(client, { filter: { actions: ['traced'] }, after });
  const actor = { kind: 'USER' as const, key: userIdentity(gateway.users.bob) };
  await gateway.gateway.log.recorder.append(gateway.home.id, entryDraft({ action: 'traced', actor }));
  await following.count(1);
  const told = spans.getFinishedSpans().find(({ name }) => name === 'live events')!;
  expect(told.attributes).toEqual({ 'live.events': 1 });
  const found = await trace(told.spanContext().traceId, 'find users');
  expect(found.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['batch userByIdentity', 'find users', 'live events']),
  );
  await client.close();
});

it('shows what is read for an export, too', async () => {
  const traceId = 'c'.repeat(32);
  const headers = { authorization: gateway.people.admin!, traceparent: `00-${traceId}-${'d'.repeat(16)}-01` };
  await fetch(`${gateway.url}/export/activity-logs.ndjson?tags=x`, { headers }).then((response) => response.text());
  const found = await trace(traceId, 'GET /export/activity-logs.ndjson');
  expect(found.some(({ name }) => name === 'find activity_logs')).toBe(true);
});
