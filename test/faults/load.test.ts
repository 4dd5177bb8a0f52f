import { expect, it, onTestFinished } from 'vitest';
import { CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { startGateway } from '../support/gateway.js';
import { actionsOf, codesOf, isReady, writeUntilThere } from './writer.js';

it('2,000 requests at once are each recorded, or told to come back and then not recorded', {
  timeout: 120_000,
}, async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway.close());
  const recorded: string[] = [];
  const refused: string[] = [];
  const ask = async (key: string): Promise<void> => {
    const answer = await gateway.query(CreateActivityLogDocument, { input: { key, action: key } });
    if (answer.data) return void recorded.push(key);
    expect([answer.status, codesOf(answer)]).toEqual([429, ['RATE_LIMITED']]);
    refused.push(key);
  };
  const all = Promise.all(Array.from({ length: 2_000 }, (_, n) => ask(`key-${n}`)));
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  await all;
  expect(await isReady(gateway.url)).toBe(true);
  const again = refused.slice(0, 100);
  await Promise.all(again.map((key) => writeUntilThere(gateway.query, key)));
  expect((await actionsOf(gateway)).sort()).toEqual([...recorded, ...again].sort());
});
