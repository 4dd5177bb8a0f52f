import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { falkorToken, startFalkor } from '../../../scripts/upstreams/falkor.js';
import { elementsAt } from '../../../src/ingest/json-elements.js';
import { addCredential } from '../../auth/support.js';
import { startGateway } from '../../support/gateway.js';
import { curl } from '../curl.js';
import { connect, until } from './support.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/falkor/${name}`, import.meta.url), 'utf8');
/** As they stand on the page, with the backslash that it lost. */
const documented = fixture('calls.sh').trim().split('\n\n');
const documentedAnswer = JSON.parse(fixture('answer.json'));
/** The page's own example, under the name that its calls have for the pathway. */
const pathwayName = 'Pathway A';

const emulator = await startFalkor();
const gateway = await startGateway({ env: { ALLOWED_SOURCE_ORIGINS: emulator.url } });
afterAll(async () => {
  await gateway.close();
  await emulator.close();
});
const { secret } = await addCredential(gateway.store, gateway.home.id, {
  kind: 'BASIC',
  scopes: ['activity_log:read', 'user:read', 'pathway:read'],
});
const token = Buffer.from(`${gateway.home.key}:${secret}`).toString('base64');
const ours = (line: string): string =>
  line.replace('v1/logs/', `${gateway.url}/v1/logs/`).replace('<Your Base64 Encoded Token>', token);

beforeAll(async () => {
  const [first] = documentedAnswer.data;
  const pathway = { ...first.pathway, name: pathwayName };
  for (const { stats: _stats, logs, ...activity } of first.activities) {
    for (const log of logs) emulator.rows.add({ pathway, activity, log });
  }
  await connect(gateway, emulator, { pathways: [pathwayName] }, { token: falkorToken });
  await until(gateway, (entries) => entries.length === 2);
});

describe("the documentation's page, by curl", () => {
  it('has seven calls, three of which are well-formed: they run with the host and the token replaced', async () => {
    const answers = await Promise.all(documented.map((line) => curl(ours(line))));
    expect(answers.map(({ status }) => status)).toEqual([400, 200, 400, 200, 400, 200, 400]);
    const [, byType, , byUser, , byActivity] = answers;
    expect(byType!.json.data[0].activities.map(({ type }: { type: string }) => type)).toEqual(['data']);
    // Nobody there is called Joe Soap.
    expect(byUser!.json.data[0].activities).toMatchObject([
      { logs: [], stats: { total: 0, completed: 0 } },
      { logs: [] },
    ]);
    expect(byActivity!.json.data[0].activities.map(({ name }: { name: string }) => name)).toEqual(['Story A']);
  });

  it('has four that are no JSON: an unquoted key and three ellipses, and is told where', async () => {
    const malformed = [documented[0]!, documented[2]!, documented[4]!, documented[6]!];
    const answers = await Promise.all(malformed.map((line) => curl(ours(line))));
    expect(answers.map(({ json }) => json)).toEqual([
      { status: 'error', message: expect.stringContaining('line 2, column 5, at "pathway : \\"Pathway A\\""') },
      { status: 'error', message: expect.stringMatching(/line 3, column 55, at "\.\.\./) },
      { status: 'error', message: expect.stringMatching(/line 3, column 61, at "\.\.\./) },
      { status: 'error', message: expect.stringMatching(/line 3, column 51, at "\.\.etc/) },
    ]);
  });

  it('has an answer that comes back as it stands there, but for the name, and the log items byte for byte', async () => {
    const body = '{"pathway": "EV67-ZCNS-56AD"}';
    const answer = await curl(ours(documented[1]!.replace(/-d '[^']*'/, `-d '${body}'`)));
    const { data, hash, response_time } = answer.json;
    const example = documentedAnswer.data[0];
    const counted = example.activities.map((activity: object) => ({ ...activity, stats: { total: 1, completed: 1 } }));
    expect(data).toEqual([{ pathway: { ...example.pathway, name: pathwayName }, activities: counted }]);
    expect(JSON.stringify(data[0].activities[0].logs)).toBe(JSON.stringify(example.activities[0].logs));
    expect(Object.keys(answer.json)).toEqual(Object.keys(documentedAnswer));
    expect(Object.keys(data[0].activities[0])).toEqual(Object.keys(example.activities[0]));
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(response_time).toBeTypeOf('number');
    const natives = elementsAt(JSON.stringify(data[0].activities[1].logs), []);
    expect(natives).toEqual(example.activities[1].logs.map((log: object) => JSON.stringify(log)));
  });
});
