import { afterAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../support/gateway.js';
import { addKey } from '../../support/people.js';
import { curl } from '../curl.js';
import { arrive, documented, documentedCalls } from './support.js';

const gateway = await startGateway();
afterAll(() => gateway.close());
await arrive(gateway, [documented]);
const key = await addKey(gateway.store, gateway.home.id, ['*'], gateway.users.alice);

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
const [list] = documentedCalls as [string, string, string];

describe("the documentation's page, by curl", () => {
  it('lists the row of its example, field by field', async () => {
    const answer = await curl(restored(list));
    expect(answer).toEqual({ status: 200, json: [JSON.parse(documented)] });
    expect(Object.keys(answer.json[0])).toEqual(Object.keys(JSON.parse(documented) as object));
  });

  it('finds the id of the project as it says', async () => {
    const { json } = await curl(restored(list).replace('@current/activity_log/', ''));
    const { id } = json.results[0];
    expect(await curl(restored(list).replace('@current', id))).toMatchObject({
      status: 200,
      json: [{ scope: 'string' }],
    });
  });
});
