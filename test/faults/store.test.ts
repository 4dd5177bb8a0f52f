import { expect, inject, it, onTestFinished } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { StoreLine } from '../support/store-line.js';
import { actionsOf, codesOf, isReady, writeUntilThere } from './writer.js';

async function start(): Promise<{ gateway: TestGateway; line: StoreLine }> {
  const line = await StoreLine.open(inject('mongodbUrl'));
  const gateway = await startGateway({ mongodbUrl: line.url });
  onTestFinished(async () => {
    line.restore();
    await gateway.close();
    await line.close();
  });
  return { gateway, line };
}

it('a store that is gone for a while: every door says so, nothing that was acknowledged is lost, and all heals', {
  timeout: 60_000,
}, async () => {
  const { gateway, line } = await start();
  const written = ['before-0', 'before-1'];
  for (const key of written) await writeUntilThere(gateway.query, key);
  line.cut();
  const during = ['during-0', 'during-1', 'during-2'];
  const writing = during.map((key) => writeUntilThere(gateway.query, key));
  await expect.poll(() => isReady(gateway.url), { timeout: 20_000 }).toBe(false);
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  const answer = await gateway.query('{ activityLogs { nodes { id } } }');
  expect([answer.status, codesOf(answer)]).toEqual([503, ['SERVICE_UNAVAILABLE']]);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(JSON.stringify(answer.errors)).not.toMatch(/mongo|ECONN|127\.0\.0\.1/i);
  const called = await fetch(`${gateway.url}/activities`, { headers: { authorization: gateway.people.admin! } });
  expect(called.status).toBe(503);
  line.restore();
  await Promise.all(writing);
  expect(await isReady(gateway.url)).toBe(true);
  expect((await actionsOf(gateway)).sort()).toEqual([...written, ...during].sort());
});

it('a store that is slow: all is answered, only later', { timeout: 60_000 }, async () => {
  const { gateway, line } = await start();
  line.slow(100);
  const keys = Array.from({ length: 20 }, (_, n) => `slow-${n}`);
  const codes = await Promise.all(keys.map((key) => writeUntilThere(gateway.query, key)));
  expect(codes.flat()).toEqual([]);
  expect(await isReady(gateway.url)).toBe(true);
  line.restore();
  expect((await actionsOf(gateway)).sort()).toEqual([...keys].sort());
});
