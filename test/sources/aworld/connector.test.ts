import { afterEach, describe, expect, it } from 'vitest';
import { type AWorldOptions, startAWorld } from '../../../scripts/upstreams/aworld.js';
import type { Connector, PullStep, UpstreamWrite } from '../../../src/ingest/connector.js';
import { aworldConnector } from '../../../src/sources/aworld/connector.js';
import { drive, nativesOf, recorded } from '../suite/driving.js';

const connector = aworldConnector as unknown as Connector;
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((part) => part.close())));

async function start(
  options: AWorldOptions = {},
  over: object = {},
  secrets: Record<string, string> = { clientSecret: 'm2m-secret' },
) {
  const emulator = await startAWorld(options);
  const settings = { userIds: ['u', 'v'], clientId: 'm2m', tokenUrl: '/oauth2/token', limit: 3, ...over };
  const source = { emulator, rows: emulator.logs, settings, secrets };
  const driver = await drive(connector, source);
  open.push(emulator, driver);
  return { emulator, driver, source };
}

const log = (n: number, userId = 'u'): object => {
  const at = new Date(1_700_000_000_000 + n * 500).toISOString();
  return { activityLogId: `log-${n}`, activityId: 'a', userId, completedAt: at, createdAt: at, updatedAt: at };
};
const logs = (count: number, from = 1, userId = 'u'): object[] =>
  Array.from({ length: count }, (_, index) => log(from + index, userId));

describe('lists', () => {
  it.each(['absent', 'null'] as const)(
    'end where the token is %s, and are read on from their last page',
    async (lastToken) => {
      const { emulator, driver } = await start({ lastToken });
      emulator.logs.add(...logs(7), ...logs(6, 100, 'v'));
      const first = await driver.toEnd();
      expect(nativesOf(recorded(first))).toEqual(emulator.logs.texts.sort());
      const before = emulator.requests.get('GET /app/v1/activity-logs')!;
      const second = await driver.toEnd(first.at(-1)!.checkpoint);
      expect(emulator.requests.get('GET /app/v1/activity-logs')! - before).toBe(2);
      emulator.logs.add(...logs(9, 8));
      const third = await driver.toEnd(second.at(-1)!.checkpoint);
      expect(nativesOf(recorded([...first, ...third]))).toEqual(emulator.logs.texts.sort());
    },
  );

  it('are read anew where their tokens are no good any more, and where the limit was changed', async () => {
    const { emulator, driver, source } = await start();
    emulator.logs.add(...logs(10));
    const first = await driver.toEnd();
    const stale = JSON.parse(JSON.stringify(first.at(-1)!.checkpoint).replaceAll(/"ey[^"]+"/g, '"nonsense"'));
    expect(nativesOf(recorded(await driver.toEnd(stale)))).toEqual(emulator.logs.texts.sort());
    const other = await drive(connector, { ...source, settings: { ...source.settings, limit: 4 } });
    open.push(other);
    expect(nativesOf(recorded(await other.toEnd(first.at(-1)!.checkpoint)))).toEqual(emulator.logs.texts.sort());
  });

  it('whose tokens are never good are not begun again without end, and each once more after an hour', async () => {
    const { emulator, driver } = await start();
    emulator.logs.add(...logs(10), ...logs(10, 100, 'v'));
    const { upstream } = driver.session;
    let isRefusing = true;
    const call: typeof upstream.call = (request) => {
      const nextToken = request.query?.nextToken && (isRefusing ? 'nonsense' : request.query.nextToken);
      return upstream.call({ ...request, query: { ...request.query, nextToken } });
    };
    let ms = Date.now();
    const steps: PullStep[] = [];
    const readOn = async () => {
      for (let step = 0; step < 50; step += 1) {
        const session = { ...driver.session, upstream: { call }, now: new Date(ms) };
        steps.push(await connector.pull!(session, steps.at(-1)?.checkpoint));
        if (steps.at(-1)!.isCaughtUp) return;
      }
      throw new Error('There is no end to it');
    };
    await expect(readOn()).rejects.toMatchObject({ kind: 'MALFORMED', message: expect.stringContaining('tokens') });
    expect(steps).toHaveLength(3);
    await expect(readOn()).rejects.toMatchObject({ kind: 'MALFORMED' });
    expect(steps).toHaveLength(3);
    ms += 3_600_000;
    await expect(readOn()).rejects.toMatchObject({ kind: 'MALFORMED' });
    expect(steps).toHaveLength(5);
    isRefusing = false;
    await readOn();
    expect(nativesOf(recorded(steps))).toEqual(emulator.logs.texts.sort());
  });

  it('of two users may both have a token that is no good any more', async () => {
    const { emulator, driver } = await start();
    emulator.logs.add(...logs(10), ...logs(10, 100, 'v'));
    const first = await driver.toEnd();
    const stale = JSON.parse(JSON.stringify(first.at(-1)!.checkpoint).replaceAll(/"ey[^"]+"/g, '"nonsense"'));
    expect(nativesOf(recorded(await driver.toEnd(stale)))).toEqual(emulator.logs.texts.sort());
  });

  it("are one's own with a user's token", async () => {
    const { driver } = await start({}, { userIds: [], clientId: undefined }, { token: 'right' });
    // The emulator asks for a header, as AWorld does of machines: none was sent.
    await expect(driver.step(undefined)).rejects.toMatchObject({ status: 400 });
  });

  it('of users that are named later are read, too', async () => {
    const { emulator, driver, source } = await start({}, { userIds: ['u'] });
    emulator.logs.add(...logs(4), ...logs(4, 100, 'w'));
    const first = await driver.toEnd();
    const more = await drive(connector, { ...source, settings: { ...source.settings, userIds: ['w', 'u'] } });
    open.push(more);
    const second = await more.toEnd(first.at(-1)!.checkpoint);
    expect(nativesOf(recorded([...first, ...second]))).toEqual(emulator.logs.texts.sort());
  });

  it('are of users whom a header can name', () => {
    const isGood = (id: string, name = 'userIds') => connector.settings.safeParse({ [name]: [id] }).success;
    for (const id of ['u', 'user 1', 'caf\u00e9']) expect([id, isGood(id)]).toEqual([id, true]);
    for (const id of ['\u7528\u6237', 'a\nb', 'a\r\nx-other: b', ' u', '\u0000']) {
      expect([id, isGood(id), isGood(id, 'externalUserIds')]).toEqual([id, false, false]);
    }
  });

  it('go to no other host than AWorld has', () => {
    const tokenUrl = (url: string) => connector.settings.safeParse({ tokenUrl: url }).success;
    expect(tokenUrl('https://auth.aworld.cloud/oauth2/token')).toBe(true);
    expect(tokenUrl('https://auth.aworld.cloud.evil.example/')).toBe(false);
    expect(tokenUrl('http://169.254.169.254/')).toBe(false);
  });
});

describe('writing', () => {
  const write = (over: Partial<UpstreamWrite> = {}): UpstreamWrite => ({
    entryId: 'b'.repeat(24),
    nativeId: 'chosen',
    native: '{"activityId":"a","additionalData":{"__proto__":1,"a.b":[2]},"value":0.5}',
    occurredAtMicros: 1_700_000_000_123_000,
    userId: 'u',
    isRepeat: false,
    ...over,
  });
  const writer = connector.write!;

  it.each([[{ status: 200, body: 'log' }], [{ status: 201, body: 'definition' }]] as const)(
    'understands %o',
    async (options) => {
      const { emulator, driver } = await start(options);
      expect(await writer.create(driver.session, write())).toEqual({ upstreamId: 'chosen' });
      const [text] = emulator.logs.texts;
      expect(JSON.parse(text!)).toMatchObject({ userId: 'u', value: 0.5, completedAt: '2023-11-14T22:13:20.123Z' });
    },
  );

  it.each(['older', 'newer'] as const)(
    'makes no second log however often it is tried, errors of the %s shape',
    async (errors) => {
      const clock = { ms: Date.now() };
      const { emulator, driver } = await start({ errors, nowMs: () => clock.ms, tokenSeconds: 100_000 });
      emulator.faults.set({ kind: 'slow', ms: 0 });
      await writer.create(driver.session, write());
      // Its answer was lost. A try within five minutes meets the idempotency key, a later one the log's id.
      await writer.create(driver.session, write({ isRepeat: true }));
      clock.ms += 6 * 60_000;
      expect(await writer.create(driver.session, write({ isRepeat: true }))).toEqual({ upstreamId: 'chosen' });
      expect(emulator.logs.count).toBe(1);
    },
  );

  it('does not take the log of somebody else under the same id for its own', async () => {
    const { emulator, driver } = await start();
    emulator.logs.add({ ...log(1), activityLogId: 'chosen' });
    await expect(writer.create(driver.session, write())).rejects.toMatchObject({ kind: 'REFUSED', status: 409 });
  });

  it.each(['\u7528\u6237', 'a\nb', 'u '])(
    'is refused for good with the user id %j, which no header carries',
    async (userId) => {
      const { emulator, driver } = await start();
      await expect(writer.create(driver.session, write({ userId }))).rejects.toMatchObject({
        kind: 'REFUSED',
        status: undefined,
        message: expect.stringContaining('user id'),
      });
      expect(emulator.logs.count).toBe(0);
      // A user's own token names nobody.
      const own = await start({}, { userIds: [], clientId: undefined }, { token: 'right' });
      await writer.create(own.driver.session, write({ userId }));
      expect(JSON.parse(own.emulator.logs.texts[0]!)).toMatchObject({ userId });
    },
  );

  it('gives a log that has no id one of ours, always the same', async () => {
    const { driver } = await start();
    const ours = await writer.create(driver.session, write({ nativeId: undefined }));
    expect(ours.upstreamId).toBe('b'.repeat(24));
  });
});
