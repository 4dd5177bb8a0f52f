import { afterAll, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { openTestStore } from '../support/store.js';

const store = await openTestStore({ monitorCommands: true });
const log = openLog({ store, logger: silentLogger });
afterAll(() => log.close());

it('asks little of a store where nothing happens', async () => {
  const workspaceId = newId();
  await log.feeds.settle(workspaceId);
  await sleep(500);
  let commands = 0;
  const count = (): void => {
    commands += 1;
  };
  store.db.client.on('commandStarted', count);
  await sleep(2000);
  store.db.client.off('commandStarted', count);
  // Twenty looks a second for signals, and a poll with what it checks; not as many as the store can answer.
  expect(commands).toBeGreaterThan(0);
  expect(commands).toBeLessThan(2 * (20 + 10));
});
