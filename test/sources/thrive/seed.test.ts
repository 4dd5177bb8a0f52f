import { afterAll, describe, expect, it } from 'vitest';
import { addCredential } from '../../auth/support.js';
import { startGateway } from '../../support/gateway.js';
import { curl } from '../curl.js';
import { arrive, documented } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
await arrive(gateway, [documented]);
const tenant = gateway.home.key;
const { secret } = await addCredential(gateway.store, gateway.home.id, {
  kind: 'BASIC',
  scopes: ['activity_log:read'],
});
const client = await addCredential(gateway.store, gateway.home.id, {
  kind: 'CLIENT',
  clientId: 'thrive-client',
  scopes: ['activity_log:read', 'user:read', 'pathway:read', 'notification:read'],
});
const example = JSON.parse(documented) as Record<string, unknown>;

describe("the documentation's page, by curl", () => {
  it.each(['', '/rest/v1'])('answers the record of its example with Basic at %s/activity/{id}', async (base) => {
    const answer = await curl(`curl -u '${tenant}:${secret}' '${gateway.url}${base}/activity/${example.id}'`);
    expect(answer).toEqual({ status: 200, json: example });
    expect(Object.keys(answer.json)).toEqual(Object.keys(example));
  });

  it.each(['', '/rest/v1'])('gives a token at %s/oauth2/token/:tenantId, good for reading records', async (base) => {
    const form = `grant_type=client_credentials&scope=api/read`;
    const issued = await curl(
      `curl -X POST -u '${client.credential.clientId}:${client.secret}' '${gateway.url}${base}/oauth2/token/${tenant}' -d '${form}'`,
    );
    expect(issued).toMatchObject({ status: 200, json: { token_type: 'Bearer', expires_in: 3600, scope: 'api/read' } });
    const bearer = `-H 'Authorization: Bearer ${issued.json.access_token}'`;
    expect(await curl(`curl ${bearer} '${gateway.url}${base}/activity/${example.id}'`)).toEqual({
      status: 200,
      json: example,
    });
    const list = await curl(
      `curl -G ${bearer} '${gateway.url}${base}/activities' -d page=1 -d perPage=20 -d actions=viewed,completed -d omitActions=loggedin ` +
        `-d contentIds=${example.contextId} -d contentType=content --data-urlencode 'timestampFrom=2020-02-12 14:58:23' --data-urlencode 'timestampTo=2020-02-12 14:58:24'`,
    );
    expect(list).toEqual({
      status: 200,
      json: { pagination: { totalResults: 1, totalPages: 1, page: 1, perPage: 20 }, results: [example] },
    });
    const refused = await curl(
      `curl -X POST ${bearer} '${gateway.url}/graphql' -H 'Content-Type: application/json' -d '{"query":"mutation{createActivityLog(input:{action:\\"x\\"}){cursor}}"}'`,
    );
    expect(refused.json.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('says what the page says of an activity that is not there', async () => {
    const answer = await curl(`curl -u '${tenant}:${secret}' '${gateway.url}/activity/507f1f77bcf86cd799439012'`);
    expect(answer).toEqual({ status: 404, json: { status: 404, error: 'Not Found', message: 'Activity not found' } });
  });
});
