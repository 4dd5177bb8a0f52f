import { afterAll, beforeAll, expect, it } from 'vitest';
import { CountActivityLogsDocument, CreateActivityLogsDocument } from '../../schema/operations/operations.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { RawSocket } from '../support/raw-socket.js';

/** One event with this weighs some 100 KB. */
const weight = 'x'.repeat(100_000);
const unsentBytes = 64 * 1024;
const slowOnes = 5;
const batches = 16;
const perBatch = 10;

let gateway: TestGateway;
beforeAll(async () => {
  // Next to nothing is kept: who was slow reads the log.
  gateway = await startGateway({ socketLimits: { unsentBytes }, liveTuning: { keptCharacters: 300_000 } });
});
afterAll(() => gateway.close());

const document = `subscription($after: FeedCursor) {
  activityLogged(after: $after) { activityLog { action additionalData } }
}`;
interface Event {
  readonly data: { readonly activityLogged: { readonly activityLog: { readonly action: string } } };
}
const actions = (raw: RawSocket): string[] =>
  raw.messages.flatMap(({ type, payload }) =>
    type === 'next' ? [(payload as Event).data.activityLogged.activityLog.action] : [],
  );

async function unsent(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^socket_unsent_bytes (\d+)$/m.exec(text)![1]);
}

it('who does not read holds nobody up, costs little memory, and gets everything once it reads again', async () => {
  const { feedCursor: after } = (await gateway.data(CountActivityLogsDocument, {})).activityLogs;
  const follow = async (): Promise<RawSocket> => {
    const raw = await RawSocket.acknowledged(gateway, gateway.people.admin);
    raw.subscribe('1', document, { after });
    return raw;
  };
  const fast = await follow();
  const slow = await Promise.all(Array.from({ length: slowOnes }, follow));
  const write = (batch: number) =>
    gateway.data(CreateActivityLogsDocument, {
      inputs: Array.from({ length: perBatch }, (_, n) => ({
        action: `${batch}-${n}`,
        additionalData: { weight },
      })),
    });
  await write(0);
  for (const raw of [fast, ...slow]) await raw.until(() => actions(raw).length === perBatch);

  for (const raw of slow) raw.setReading(false);
  let mostUnsent = 0;
  for (let batch = 1; batch < batches; batch += 1) {
    await write(batch);
    await fast.until(() => actions(fast).length === perBatch * (batch + 1));
    mostUnsent = Math.max(mostUnsent, await unsent());
  }
  // 16 MB were written for each; the system's own buffers take some of it, the gateway what fits its bound.
  expect(mostUnsent).toBeGreaterThan(0);
  expect(mostUnsent).toBeLessThanOrEqual(slowOnes * (unsentBytes + 2 * weight.length));

  for (const raw of slow) raw.setReading(true);
  const all = Array.from({ length: batches * perBatch }, (_, n) => `${Math.floor(n / perBatch)}-${n % perBatch}`);
  for (const raw of slow) await raw.until(() => actions(raw).length >= all.length);
  for (const raw of [fast, ...slow]) {
    const got = actions(raw);
    expect(new Set(got).size).toBe(got.length);
    expect([...got].sort()).toEqual([...all].sort());
    expect(got).toEqual(actions(fast));
  }
  await gateway.data(CreateActivityLogsDocument, { inputs: [{ action: 'live-again' }] });
  for (const raw of [fast, ...slow]) await raw.until(() => actions(raw).at(-1) === 'live-again');
  for (const raw of [fast, ...slow]) raw.socket.terminate();
});
