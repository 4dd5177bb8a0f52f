import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateActivityLogsDocument } from '../../schema/operations/operations.js';
import { maxPayload } from '../../src/model/payload-budget.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const payload = 'x'.repeat(240 * 1024);
const count = 60;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const inputs = Array.from({ length: count }, () => ({ action: 'weighed', additionalData: payload }));
  await gateway.data(CreateActivityLogsDocument, { inputs });
});
afterAll(() => gateway.close());

const lists = (times: number, fields: string): string =>
  `{ ${Array.from({ length: times }, (_, index) => `a${index}: activityLogs(first: ${count}) { nodes { ${fields} } }`).join(' ')} }`;

describe('the JSON of entries that one request reads', () => {
  it('is bounded over all its lists together', async () => {
    const times = Math.ceil(maxPayload / (payload.length * count)) + 1;
    const answer = await gateway.query(lists(times, 'id additionalData'));
    expect(new Set(answer.errors?.map((error) => error.extensions.code))).toEqual(new Set(['TOO_COSTLY']));
    expect(answer.errors?.[0]?.extensions.field).toBe('first');
    expect((await gateway.query(lists(times, 'id action'))).errors).toBeUndefined();
  });

  it('is there in full below that, in the next request too', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { a0 } = await gateway.data<{ a0: { nodes: { additionalData: string }[] } }, object>(
        lists(3, 'additionalData'),
      );
      expect(a0.nodes.every((node) => node.additionalData === payload)).toBe(true);
    }
  });
});
