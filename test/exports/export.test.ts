import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { nativeIdentity } from '../../src/model/identity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import type { As } from '../support/people.js';
import { entryDraft } from '../support/services.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

interface Line {
  readonly id: string;
  readonly cursor: string;
  readonly action: string;
  readonly native?: unknown;
  readonly [field: string]: unknown;
}

const get = (path: string, as: As = 'admin', headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/export/activity-logs.${path}`, {
    headers: { ...(gateway.people[as] && { authorization: gateway.people[as] }), ...headers },
  });
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const lines = async (query: string, as?: As): Promise<Line[]> =>
  linesOf(await (await get(`ndjson${query}`, as)).text());
const record = (...drafts: ReturnType<typeof entryDraft>[]) =>
  gateway.gateway.log.recorder.appendMany(gateway.home.id, drafts);
const errorOf = async (response: Response) =>
  ((await response.json()) as { errors: { extensions: { code: string; field?: string } }[] }).errors[0]!.extensions;

describe('GET /export/activity-logs.ndjson', () => {
  it('has every entry that the filter describes, in the order of recording, each with its place', async () => {
    const drafts = Array.from({ length: 1203 }, (_, index) =>
      entryDraft({ action: 'walked', platform: index % 3 === 0 ? 'ios' : 'web', tags: ['long'] }),
    );
    await record(...drafts);
    const all = await lines('?tags=long');
    expect(all.map(({ id }) => id).sort()).toEqual(drafts.map(({ id }) => id).sort());
    const places = await gateway.data<{ activityLogs: { nodes: { id: string }[] } }, object>(
      '{ activityLogs(first: 1000, orderBy: RECORDED_ASC, filter: {tags: ["long"]}) { nodes { id } } }',
    );
    expect(all.slice(0, 1000).map(({ id }) => id)).toEqual(places.activityLogs.nodes.map(({ id }) => id));
    expect(await lines('?tags=long&platforms=ios')).toHaveLength(401);
    expect(
      await lines('?tags=long&platforms=ios&platforms=web&search=walked&occurredBefore=2001-01-01T00:00:00Z'),
    ).toEqual([]);
  });

  it('goes on at the same place of the log after any line, and from there with what came since', async () => {
    await record(...['one', 'two', 'three', 'four'].map((action) => entryDraft({ action, tags: ['resumed'] })));
    const whole = await get('ndjson?tags=resumed');
    const all = linesOf(await whole.text());
    await record(entryDraft({ action: 'five', tags: ['resumed'] }));
    const rest = await lines(`?tags=resumed&after=${all[1]!.cursor}`);
    expect(rest.map(({ action }) => action)).toEqual(all.slice(2).map(({ action }) => action));
    const since = await lines(`?tags=resumed&after=${whole.headers.get('x-feed-cursor')}`);
    expect(since.map(({ action }) => action)).toEqual(['five']);
  });

  it('keeps JSON as it was written, whatever its keys and numbers', async () => {
    const native = '{"a.b": 1.0,\n "$where": 12345678901234567890, "__proto__": {"x": "\\ud800"}}';
    const occurredAtMicros = Date.parse('2026-03-01T09:30:00Z') * 1000 + 7;
    const key = nativeIdentity('THRIVE', 'conn', '4711');
    const actor = { kind: 'USER' as const, key, nativeId: '4711' };
    await record(entryDraft({ native, occurredAtMicros, actor, source: 'THRIVE', tags: ['exact'] }, 'row-1'));
    const text = await (await get('ndjson?tags=exact')).text();
    expect(text).toContain(`"native":${native.replace('\n', ' ')}}`);
    expect(linesOf(text)).toMatchObject([
      { occurredAt: '2026-03-01T09:30:00.000007Z', origin: { connection: 'client:test', key: 'row-1', actor: key } },
    ]);
  });

  it('is packed where that is asked for', async () => {
    await record(entryDraft({ action: 'packed', tags: ['packed'] }));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: gateway.people.admin, 'accept-encoding': 'br;q=1, gzip;q=0.5' };
      httpRequest(`${gateway.url}/export/activity-logs.ndjson?tags=packed`, { headers }, resolve)
        .on('error', reject)
        .end();
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(linesOf(gunzipSync(Buffer.concat(chunks)).toString())).toMatchObject([{ action: 'packed' }]);
    expect(
      (await get('ndjson', 'admin', { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding'),
    ).toBeNull();
  });

  it('lets in who may read, and shows to each what is theirs', async () => {
    const mine = entryDraft({ tags: ['whose'], actor: { kind: 'USER', key: `u:${gateway.users.alice}` } });
    const other = entryDraft({ tags: ['whose'], actor: { kind: 'USER', key: `u:${gateway.users.bob}` } });
    await record(mine, other);
    expect((await lines('?tags=whose', 'reader')).map(({ id }) => id).sort()).toEqual([mine.id, other.id].sort());
    expect((await lines('?tags=whose', 'alice')).map(({ id }) => id)).toEqual([mine.id]);
    expect(await lines('?tags=whose', 'foreigner')).toEqual([]);
    const statuses = (['writer', 'powerless', 'nobody', 'wrong'] as const).map(
      async (as) => (await get('ndjson', as)).status,
    );
    expect(await Promise.all(statuses)).toEqual([403, 403, 401, 401]);
    expect((await get('ndjson', 'admin', { origin: 'https://elsewhere.example' })).status).toBe(403);
  });

  it('refuses what it does not understand, rather than to answer more than was asked for', async () => {
    const refused: [string, object][] = [
      ['?platform=ios', { code: 'BAD_USER_INPUT', field: 'platform' }],
      ['?sources=NOBODY', { code: 'BAD_USER_INPUT', field: 'sources' }],
      ['?occurredAfter=yesterday', { code: 'BAD_USER_INPUT', field: 'occurredAfter' }],
      ['?search=a&search=b', { code: 'BAD_USER_INPUT', field: 'search' }],
      ['?after=elsewhere', { code: 'CURSOR_UNKNOWN', field: 'after' }],
      ['?after=a&after=b', { code: 'BAD_USER_INPUT', field: 'after' }],
      [`?tags=${'x'.repeat(1001)}`, { code: 'BAD_USER_INPUT', field: 'tags[0]' }],
    ];
    for (const [query, error] of refused)
      expect(await errorOf(await get(`ndjson${query}`)), query).toMatchObject(error);
    const foreign = (await get('ndjson?tags=x', 'foreigner')).headers.get('x-feed-cursor');
    expect(await errorOf(await get(`ndjson?after=${foreign}`))).toMatchObject({
      code: 'CURSOR_UNKNOWN',
      field: 'after',
    });
  });
});

describe('GET /export/activity-logs.csv', () => {
  it('says texts as texts, and never as formulas', async () => {
    const dangerous = ['=1+1', '+1', '-1', '@sum', '\t=1', ' =1', '＝1', 'a;=1', 'say "hi", you'];
    await record(
      ...dangerous.map((summary) => entryDraft({ summary, value: -3, tags: ['formula'], id: newId() } as never)),
    );
    const response = await get('csv?tags=formula');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [header, ...rows] = (await response.text()).split('\r\n').slice(0, -1);
    const at = header!.split(',').indexOf('"summary"');
    const summaries = rows.map((row) => row.match(/"(?:[^"]|"")*"|[^,]+|(?<=,|^)(?=,|$)/g)![at]!);
    expect(summaries.sort()).toEqual(
      [`"'=1+1"`, `"'+1"`, `"'-1"`, `"'@sum"`, `"'\t=1"`, `"' =1"`, `"'＝1"`, `"a;'=1"`, '"say ""hi"", you"'].sort(),
    );
    expect(rows.every((row) => row.includes(',-3,'))).toBe(true);
  });

  it('repeats no header in the rest of an export', async () => {
    await record(entryDraft({ tags: ['headed'] }), entryDraft({ tags: ['headed'] }));
    const [, first] = (await (await get('csv?tags=headed')).text()).split('\r\n');
    const rest = await get(`csv?tags=headed&after=${first!.split(',').at(-1)!.slice(1, -1)}`);
    expect(rest.headers.get('content-type')).toContain('header=absent');
    expect((await rest.text()).split('\r\n')).toHaveLength(2);
  });
});
