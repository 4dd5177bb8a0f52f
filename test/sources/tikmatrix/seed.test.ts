import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../support/gateway.js';
import { curl } from '../curl.js';

const key = `tik-${Date.now().toString(36)}`;
const gateway = await startGateway({ env: { ANONYMOUS_WORKSPACE: key } });
afterAll(() => gateway.close());
await gateway.store.db.collection('workspaces').updateOne({ key: gateway.home.key }, { $set: { key } });

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/tikmatrix/${name}`, import.meta.url), 'utf8');
const documented = fixture('calls.sh').trim().split('\n');
const answers = JSON.parse(fixture('answers.json')) as Record<string, { code: number; message: string; data: unknown }>;
const [list, count, remove, removeAll] = documented.map((line) =>
  line.replace('http://localhost:50809', gateway.url.replace('127.0.0.1', 'localhost')),
) as [string, string, string, string];
const add = (body: string): string =>
  `curl -X POST "${gateway.url}/api/v1/activity_log" -H 'Content-Type: application/json' -d '${body}'`;

describe("the documentation's own calls", () => {
  it('run with only the host replaced, and are answered field by field as documented', async () => {
    const added = await curl(add(fixture('add.json')));
    const { id } = added.json.data;
    expect(added).toEqual({ status: 200, json: { ...answers.add, data: { id: expect.any(Number) } } });

    const [example] = answers.list!.data as object[];
    const listed = await curl(list);
    expect(listed).toEqual({ status: 200, json: { ...answers.list, data: [{ ...example, id }] } });
    expect(Object.keys(listed.json.data[0])).toEqual(Object.keys(example!));

    expect(await curl(count)).toEqual({ status: 200, json: { ...answers.count, data: { count: 1 } } });

    const unknown = await curl(remove.replace('123', '999999'));
    expect(unknown).toEqual({ status: 404, json: { code: 40401, message: expect.any(String), data: null } });
    const removed = await curl(remove.replace('123', String(id)));
    expect(removed).toEqual({ status: 200, json: { ...answers.delete, data: { deleted: true, id } } });
    expect((await curl(remove.replace('123', String(id)))).status).toBe(404);

    await curl(add(fixture('add.json')));
    await curl(add(fixture('add.json').replace('"tiktok"', '"instagram"')));
    expect((await curl(list)).json.data).toHaveLength(1);
    expect(await curl(removeAll)).toEqual({ status: 200, json: answers.deleteAll });
    expect((await curl(list)).json.data).toEqual([]);
    expect((await curl(count)).json.data).toEqual({ count: 0 });
  });
});
