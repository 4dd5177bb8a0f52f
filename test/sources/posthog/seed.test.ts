import { afterAll, describe, expect, it } from 'vitest';
import { nativeIdentity } from '../../../src/model/identity.js';
import { startGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { curl } from '../curl.js';
import { arrive, connection, documented, documentedCalls, row } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
const { node: user } = await gateway.gateway.services.users.create(
  { workspaceId: gateway.home.id, credentialId: gateway.home.id, owner: 'client:t', scopes: new Set(['*' as const]) },
  { name: 'Reader', email: 'reader@example.com', identities: [nativeIdentity('POSTHOG', connection, '7')] },
);
await arrive(gateway, [
  documented,
  row({ user: { id: 7 }, activity: 'created', item_id: 'i', created_at: '2018-01-01T00:00:00Z' }),
  row({ user: { id: 8 }, activity: 'updated', item_id: 'i', created_at: '2018-01-01T00:00:00.000001Z' }),
]);
const key = await addKey(gateway.store, gateway.home.id, ['*'], user.id);

/**
 * A call as the page means it: the line breaks that were lost put back, as one needs them to paste it, the key and the
 * host put in, and nothing else.
 */
const restored = (call: string): string => {
  const [given, line] = call.split(/(?=curl)/) as [string, string];
  const broken = line
    .replace(/^curl-/, 'curl \\-')
    .replaceAll(/\\(?=[-<])/g, '\\\n    ')
    .replace('<ph_app_host>', gateway.url)
    .replace(':project_id', '@current');
  return `${given.replace('[your personal api key]', `'${key.replace('Bearer ', '')}'`)}\n${broken}`;
};
const [list, bookmark, changes] = documentedCalls as [string, string, string];

describe("the documentation's page, by curl", () => {
  it('lists the row of its example, field by field', async () => {
    const answer = await curl(restored(list));
    expect(answer).toMatchObject({ status: 200, json: [JSON.parse(documented), { item_id: 'i' }, { item_id: 'i' }] });
    expect(answer.json[0]).toEqual(JSON.parse(documented));
    expect(Object.keys(answer.json[0])).toEqual(Object.keys(JSON.parse(documented) as object));
  });

  it('tells of important changes, and takes a bookmark by the form that it sends as JSON', async () => {
    const { json } = await curl(restored(changes));
    expect(json).toEqual({ results: [expect.objectContaining({ item_id: 'i', unread: true })], last_read: null });
    expect(Object.keys(json.results[0])).toEqual(Object.keys(JSON.parse(documented) as object));
    expect(await curl(restored(bookmark))).toEqual({ status: 200, json: undefined });
    const after = await curl(restored(changes));
    expect(after.json).toEqual({ results: [{ ...json.results[0], unread: false }], last_read: expect.any(String) });
  });

  it('finds the id of the project as it says', async () => {
    const { json } = await curl(restored(list).replace('@current/activity_log/', ''));
    const { id } = json.results[0];
    expect(await curl(restored(list).replace('@current', id))).toMatchObject({
      status: 200,
      json: [{ scope: 'string' }, {}, {}],
    });
  });
});
