import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CountActivityLogsDocument, CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { silentLogger } from '../../src/base/logger.js';
import { openEngine } from '../../src/store/engine/engine.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway } from '../support/gateway.js';

it('an engine that is killed ends no subscription, and nothing is missed or told twice', {
  timeout: 90_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-live-'));
  const engine = await openEngine({ dataDir, logger: silentLogger, idleMs: 1000 });
  const gateway = await startGateway({ mongodbUrl: engine.url });
  const stocks = Array.from({ length: 4 }, () => stockClient(gateway));
  onTestFinished(async () => {
    await Promise.all(stocks.map((stock) => stock.close()));
    await gateway.close();
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });
  const { feedCursor: after } = (await gateway.data(CountActivityLogsDocument, {})).activityLogs;
  const followings = stocks.map((stock) => new Following(stock, { after }));
  const written: string[] = [];
  /** Again with the same key until it is there, also where a call was lost with its connection and never answers. */
  const write = async (key: string): Promise<void> => {
    for (;;) {
      const input = { key, action: key, userId: gateway.users.alice };
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, 3000));
      const answer = await Promise.race([gateway.query(CreateActivityLogDocument, { input }), late]);
      if (!answer) continue;
      if (answer.data) return void written.push(key);
      expect(answer.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    }
  };
  for (let round = 0; round < 3; round += 1) {
    for (let n = 0; n < 5; n += 1) await write(`${round}-${n}`);
    process.kill(engine.pid()!, 'SIGKILL');
    // While it is away some come back and some begin.
    stocks[round]!.cut();
    followings.push(new Following(stocks[3]!, { after }));
    await write(`${round}-after`);
    await expect.poll(() => engine.pid(), { timeout: 20_000 }).toBeDefined();
  }
  await Promise.all(followings.map((following) => following.count(written.length)));
  for (const following of followings) {
    expect(following.errors).toBeUndefined();
    expect(following.eventErrors).toEqual([]);
    expect(following.actions).toEqual(written);
  }
  // Who was neither cut off nor ended was never closed for a credential that could not be checked.
  expect(stocks[3]!.sockets).toHaveLength(1);
});
