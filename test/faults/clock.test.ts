import { expect, it, onTestFinished } from 'vitest';
import { CountActivityLogsDocument } from '../../schema/operations/operations.js';
import type { Clock } from '../../src/base/clock.js';
import { addCredential } from '../auth/support.js';
import { Following, stockClient } from '../support/following.js';
import { startGateway } from '../support/gateway.js';
import { actionsOf, isReady, writeUntilThere } from './writer.js';

const hourMs = 3_600_000;

/** Wall time that steps; what is measured goes on. */
class SteppingClock implements Clock {
  aheadMs = 0;
  now = (): Date => new Date(Date.now() + this.aheadMs);
  monotonicMs = (): number => performance.now();
}

it('a clock that steps back and forth changes no order, loses nothing, and ends only what is over by it', {
  timeout: 60_000,
}, async () => {
  const clock = new SteppingClock();
  const gateway = await startGateway({ clock });
  const stock = stockClient(gateway);
  onTestFinished(async () => {
    await stock.close();
    await gateway.close();
  });
  const { secret } = await addCredential(gateway.store, gateway.home.id, {
    kind: 'CLIENT',
    clientId: 'c',
    scopes: ['*'],
  });
  const { accessToken } = await gateway.gateway.authenticator.issueToken({
    tenant: gateway.home.key,
    clientId: 'c',
    clientSecret: secret,
  });
  const withToken = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ viewer { scopes } }' });
    return (await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body })).status;
  };
  const { feedCursor: after } = (await gateway.data(CountActivityLogsDocument, {})).activityLogs;
  const following = new Following(stock, { after });
  const written: string[] = [];
  for (const [index, aheadMs] of [0, 48 * hourMs, -48 * hourMs, 30_000, -30_000, 0].entries()) {
    clock.aheadMs = aheadMs;
    for (let n = 0; n < 3; n += 1) {
      written.push(`${index}-${n}`);
      expect(await writeUntilThere(gateway.query, `${index}-${n}`)).toEqual([]);
    }
    expect(await isReady(gateway.url)).toBe(true);
    expect(await withToken()).toBe(aheadMs > hourMs ? 401 : 200);
  }
  // The same key is the same entry, whatever the time is said to be.
  clock.aheadMs = -1000 * hourMs;
  for (const key of written) await writeUntilThere(gateway.query, key);
  clock.aheadMs = 0;
  await following.count(written.length);
  expect(following.actions).toEqual(written);
  expect(await actionsOf(gateway)).toEqual(written);
});
