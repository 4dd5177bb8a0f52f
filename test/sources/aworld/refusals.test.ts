import { afterAll, describe, expect, it } from 'vitest';
import { openTestStore } from '../../support/store.js';
import { entriesOf, openFacade, openWorkspace } from './support.js';

const store = await openTestStore();
const facade = await openFacade(store);
afterAll(() => facade.close());
const { workspace, key } = await openWorkspace(store);
const writer = await key(['activity_log:write']);
const good = { activityId: 'a', userId: 'u' };
const path = '/app/v1/activity-logs';

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

describe('a body that is not well', () => {
  const cases: [what: string, field: string, body: unknown][] = [
    ['no activityId', 'activityId', { userId: 'u' }],
    ['an activityId that is no string', 'activityId', { ...good, activityId: 1 }],
    ['an empty activityId', 'activityId', { ...good, activityId: '' }],
    ['an activityId that is too long', 'activityId', { ...good, activityId: 'x'.repeat(201) }],
    ['no userId', 'userId', { activityId: 'a' }],
    ['a userId that is no string', 'userId', { ...good, userId: null }],
    ['an unknown outcome', 'outcome', { ...good, outcome: 'FAIL' }],
    ['a null outcome', 'outcome', { ...good, outcome: null }],
    ['a value that is text', 'value', { ...good, value: '1' }],
    ['tags that are no list', 'tags', { ...good, tags: 'a' }],
    ['a tag that is no string', 'tags[1]', { ...good, tags: ['a', 1] }],
    ['too many tags', 'tags', { ...good, tags: Array(101).fill('t') }],
    ['additionalData that is a list', 'additionalData', { ...good, additionalData: [] }],
    ['additionalData that is text', 'additionalData', { ...good, additionalData: '{}' }],
    ['an empty activityLogId', 'activityLogId', { ...good, activityLogId: '' }],
    ['an activityLogId that is too long', 'activityLogId', { ...good, activityLogId: 'x'.repeat(201) }],
    ['an activityLogId that is no string', 'activityLogId', { ...good, activityLogId: {} }],
    ['a completedAt that is a number', 'completedAt', { ...good, completedAt: 1566656122123 }],
    ['a completedAt without an hour', 'completedAt', { ...good, completedAt: '2019-08-24' }],
    ['a completedAt without a zone', 'completedAt', { ...good, completedAt: '2019-08-24T14:15:22' }],
    ['a completedAt that no calendar has', 'completedAt', { ...good, completedAt: '2019-02-30T14:15:22Z' }],
    ['a completedAt beyond our years', 'completedAt', { ...good, completedAt: '9999-01-01T00:00:00Z' }],
    ['a lone surrogate', 'body.tags.0', '{"activityId":"a","userId":"u","tags":["\\ud800"]}'],
    ['a lone surrogate in an unknown field', 'body.more', '{"activityId":"a","userId":"u","more":"\\udc00"}'],
    ['a number beyond all numbers', 'body', '{"activityId":"a","userId":"u","additionalData":{"n":1e999}}'],
    ['a list', 'body', '[]'],
    ['null', 'body', 'null'],
    ['malformed JSON', 'body', '{activityId: "a"}'],
    ['nothing', 'body', ''],
    ['bytes that are no UTF-8', 'body', new Uint8Array([0x22, 0xff, 0x22])],
  ];

  it.each(cases)('is refused: %s', async (_what, field, body) => {
    const { status, json } = await facade.post(body, writer);
    expect(status).toBe(400);
    expect(json).toEqual({
      code: 'validation/invalid_input',
      message: expect.stringContaining(field),
      status: 400,
      requestId: expect.any(String),
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      path,
      url: `${facade.url}${path}`,
    });
    expect(json.message).not.toMatch(/undefined|Invalid input/);
  });

  it('is refused when it is too large or nests too deeply, and taken just below', async () => {
    const sized = (bytes: number) => {
      const empty = JSON.stringify({ ...good, additionalData: { text: '' } });
      return JSON.stringify({ ...good, additionalData: { text: 'x'.repeat(bytes - empty.length) } });
    };
    expect((await facade.post(sized(256 * 1024), writer)).status).toBe(201);
    expect((await facade.post({ ...good, additionalData: nested(31) }, writer)).status).toBe(201);
    for (const body of [
      sized(256 * 1024 + 1),
      { ...good, additionalData: nested(32) },
      '['.repeat(200_000),
      'x'.repeat(17 * 1024 * 1024),
    ]) {
      const { status, json } = await facade.post(body, writer);
      expect([400, 413]).toContain(status);
      expect(json).toMatchObject({ code: 'validation/invalid_input', status, path });
    }
    expect((await facade.post(sized(256 * 1024 + 1), writer)).status).toBe(413);
    expect((await facade.post({ ...good, additionalData: nested(32) }, writer)).status).toBe(413);
    expect((await facade.post('x'.repeat(17 * 1024 * 1024), writer)).status).toBe(413);
  });

  it('leaves nothing behind', async () => {
    const before = (await entriesOf(store, workspace.id)).length;
    const { status } = await facade.post({ ...good, value: [] }, { ...writer, 'x-idempotency-key': 'mended' });
    expect(status).toBe(400);
    expect((await entriesOf(store, workspace.id)).length).toBe(before);
    expect((await facade.post(good, { ...writer, 'x-idempotency-key': 'mended' })).status).toBe(201);
  });
});

describe('a caller', () => {
  it.each([
    ['without a credential', {}],
    ['with an unknown one', { authorization: 'Bearer nobody-knows-this' }],
    ['with a malformed one', { authorization: 'Token abc' }],
  ])('%s is told so', async (_what, headers) => {
    const response = await facade.post(good, headers as Record<string, string>);
    expect(response.status).toBe(401);
    expect(response.json).toMatchObject({ code: 'auth/invalid_token', status: 401, path });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('who may only read is told so', async () => {
    const reader = await key(['activity_log:read', 'user:read']);
    const { status, json } = await facade.post(good, reader);
    expect(status).toBe(403);
    expect(json).toMatchObject({
      code: 'auth/insufficient_permissions',
      message: expect.stringContaining('activity_log:write'),
    });
  });

  it('hears nothing of what went wrong inside', async () => {
    const failing = await openFacade(store, {
      keys: { claim: () => Promise.reject(new Error('secret detail')) },
    });
    const { status, json } = await failing.post(good, { ...writer, 'x-idempotency-key': 'k' });
    await failing.close();
    expect(status).toBe(500);
    expect(json).toMatchObject({ code: 'server/internal_error', message: expect.stringContaining(json.requestId) });
    expect(json.message).not.toContain('secret');
  });
});

describe('any other path', () => {
  it.each([
    ['PATCH', '/app/v1/activity-logs'],
    ['PUT', '/app/v1/activity-logs'],
    ['DELETE', '/app/v1/activity-logs/string'],
    ['GET', '/app/v1/missions?limit=1'],
    ['POST', '/app/v1/quizzes/a/submit'],
    ['GET', '/app/v1/'],
    ['GET', '/app/v1'],
  ])('%s %s does not exist, in the shape of an AWorld error', async (method, url) => {
    const init = method === 'POST' ? { method, body: '{' } : { method };
    const { status, json } = await facade.request(url, init);
    expect(status).toBe(404);
    expect(json).toMatchObject({ code: 'resource/not_found', status: 404, path: url.split('?')[0] });
  });
});
