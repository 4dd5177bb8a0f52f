import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { CodedError } from '../../../src/base/errors.js';
import { deferred } from '../../../src/base/lifecycle.js';
import { keepMs, lockMs } from '../../../src/sources/aworld/once.js';
import { IdempotencyKeys, idempotencyKeyCollection } from '../../../src/store/idempotency-keys.js';
import { openTestStore } from '../../support/store.js';
import { type Answer, entriesOf, openFacade, openWorkspace, ShiftedClock } from './support.js';

const store = await openTestStore();
const clock = new ShiftedClock();
/** Two processes of the gateway, as far as anything shared is concerned. */
const [one, two] = await Promise.all([openFacade(store, { clock }), openFacade(store, { clock })]);
afterAll(() => Promise.all([one.close(), two.close()]));

const body = { activityId: 'a', userId: 'u' };
const setUp = async () => {
  const { workspace, key } = await openWorkspace(store);
  const writer = await key(['activity_log:write']);
  const keyed = (idempotencyKey: string, over = {}) => ({ ...writer, 'x-idempotency-key': idempotencyKey, ...over });
  return { workspace, key, writer, keyed, entries: () => entriesOf(store, workspace.id) };
};

const isReplay = (answer: Answer): boolean => answer.headers.get('x-idempotency-cache-hit') === 'true';

describe('a request with an idempotency key', () => {
  it('is answered for five minutes as it was the first time, and recorded once', async () => {
    const { keyed, entries } = await setUp();
    const first = await one.post(body, keyed('k'));
    expect(first.status).toBe(201);
    expect(isReplay(first)).toBe(false);
    expect(first.headers.get('x-idempotency-key')).toBe('k');
    for (const facade of [one, two]) {
      clock.advance(keepMs / 2 - 10_000);
      const again = await facade.post(body, keyed('k'));
      expect(again.status).toBe(201);
      expect(again.text).toBe(first.text);
      expect(isReplay(again)).toBe(true);
      expect(again.headers.get('x-idempotency-key')).toBe('k');
    }
    expect(await entries()).toHaveLength(1);
    clock.advance(30_000);
    const forgotten = await two.post(body, keyed('k'));
    expect(forgotten.status).toBe(201);
    expect(isReplay(forgotten)).toBe(false);
    expect(forgotten.json.activityLogId).not.toBe(first.json.activityLogId);
    expect(await entries()).toHaveLength(2);
  });

  it('is executed once when many arrive at once, at two processes', async () => {
    const { keyed, entries } = await setUp();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 ? one : two).post(body, keyed('storm'))),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(await entries()).toHaveLength(1);
  });

  it('waits for the one that is being executed elsewhere', async () => {
    const { keyed, entries } = await setUp();
    const keys = new IdempotencyKeys(store);
    const reached = deferred();
    const goOn = deferred();
    const asked = deferred();
    const slow = await openFacade(store, {
      clock,
      keys: {
        complete: async (...args) => {
          reached.resolve();
          await goOn.promise;
          return keys.complete(...args);
        },
      },
    });
    const waiting = await openFacade(store, {
      clock,
      keys: {
        claim: async (request) => {
          const claimed = await keys.claim(request);
          if (claimed.state === 'busy') asked.resolve();
          return claimed;
        },
      },
    });
    const first = slow.post(body, keyed('slow'));
    await reached.promise;
    const second = waiting.post(body, keyed('slow'));
    await asked.promise;
    goOn.resolve();
    const answers = await Promise.all([first, second]);
    await Promise.all([slow.close(), waiting.close()]);
    expect(answers.map((answer) => [answer.status, isReplay(answer)])).toEqual([
      [201, false],
      [201, true],
    ]);
    expect(answers[1].text).toBe(answers[0].text);
    expect(await entries()).toHaveLength(1);
  });

  it('says 409 again where the first answer was 409', async () => {
    const { keyed, writer, entries } = await setUp();
    const named = { ...body, activityLogId: 'taken' };
    expect((await one.post(named, writer)).status).toBe(201);
    const refused = await one.post(named, keyed('late'));
    expect(refused.status).toBe(409);
    const again = await two.post(named, keyed('late'));
    expect([again.status, again.text, isReplay(again)]).toEqual([409, refused.text, true]);
    expect(await entries()).toHaveLength(1);
  });

  it('replays a log that names its id, and refuses that id without the key', async () => {
    const { keyed, writer } = await setUp();
    const named = { ...body, activityLogId: 'mine' };
    const first = await one.post(named, keyed('n'));
    expect((await two.post(named, keyed('n'))).text).toBe(first.text);
    expect((await two.post(named, writer)).status).toBe(409);
  });

  it('is refused when the key was used for another request', async () => {
    const { keyed, entries } = await setUp();
    const first = await one.post(body, keyed('k'));
    for (const [other, headers] of [
      [{ ...body, value: 2 }, keyed('k')],
      [`${JSON.stringify(body)} `, keyed('k')],
    ] as const) {
      const answer = await two.post(other, headers);
      expect(answer.status).toBe(409);
      expect(answer.json).toMatchObject({
        code: 'resource/conflict',
        message: expect.stringContaining('x-idempotency-key'),
      });
      expect(isReplay(answer)).toBe(false);
    }
    expect((await two.post(body, keyed('k'))).text).toBe(first.text);
    expect(await entries()).toHaveLength(1);
  });

  it('is one of its owner and workspace', async () => {
    const here = await setUp();
    const colleague = await here.key(['activity_log:write']);
    const there = await setUp();
    const answers = [
      await one.post(body, here.keyed('shared')),
      await one.post(body, { ...colleague, 'x-idempotency-key': 'shared' }),
      await one.post(body, there.keyed('shared')),
    ];
    expect(answers.map((answer) => [answer.status, isReplay(answer)])).toEqual(Array(3).fill([201, false]));
    expect(await here.entries()).toHaveLength(2);
    expect(await there.entries()).toHaveLength(1);
  });

  it('is refused when the key is too long', async () => {
    const { keyed } = await setUp();
    const { status, json } = await one.post(body, keyed('k'.repeat(256)));
    expect(status).toBe(400);
    expect(json.message).toContain('x-idempotency-key');
    expect((await one.post(body, keyed('k'.repeat(255)))).status).toBe(201);
  });
});

describe('a request whose answer could not be kept', () => {
  it('is answered by the next try, which finds the entry of the first', async () => {
    const { keyed, entries } = await setUp();
    const failing = await openFacade(store, {
      clock,
      keys: { complete: () => Promise.reject(new CodedError('SERVICE_UNAVAILABLE', 'The store cannot answer now')) },
    });
    for (const named of [body, { ...body, activityLogId: 'chosen' }]) {
      const name = `unkept-${'activityLogId' in named}`;
      const failed = await failing.post(named, keyed(name));
      expect(failed.status).toBe(503);
      expect(failed.json.code).toBe('server/database_error');
      const [recorded] = (await entries()).slice(-1);
      const retried = await two.post(named, keyed(name));
      expect(retried.status).toBe(201);
      expect(isReplay(retried)).toBe(false);
      expect(retried.json).toMatchObject({
        activityLogId: recorded!.nativeId,
        createdAt: recorded!.recordedAt.toISOString(),
      });
      expect((await one.post(named, keyed(name))).text).toBe(retried.text);
    }
    await failing.close();
    expect(await entries()).toHaveLength(2);
  });

  it('is answered also when the process was killed right after it recorded the entry', async () => {
    const { keyed, entries } = await setUp();
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        new URL('./killed-gateway.ts', import.meta.url).pathname,
        inject('mongodbUrl'),
        store.db.databaseName,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const exited = once(child, 'exit');
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    const init = { method: 'POST', headers: keyed('killed'), body: JSON.stringify(body) };
    await expect(fetch(`${url}/app/v1/activity-logs`, init)).rejects.toThrow();
    expect((await exited)[1]).toBe('SIGKILL');
    const [recorded, ...more] = await entries();
    expect(more).toEqual([]);
    // The dead process holds the lock until it ends. An outage may last longer than answers are kept.
    const later = new ShiftedClock();
    later.advance(keepMs + lockMs + 1000);
    const survivor = await openFacade(store, { clock: later });
    const retried = await survivor.post(body, keyed('killed'));
    expect(retried.status).toBe(201);
    expect(retried.json).toMatchObject({
      activityLogId: recorded!.nativeId,
      createdAt: recorded!.recordedAt.toISOString(),
      completedAt: new Date(recorded!.occurredAtMicros / 1000).toISOString(),
    });
    expect((await survivor.post(body, keyed('killed'))).text).toBe(retried.text);
    await survivor.close();
    expect(await entries()).toHaveLength(1);
  });

  it('does not take the entry of an earlier request, equal to it, for its own', async () => {
    const { keyed, writer, entries } = await setUp();
    const named = { ...body, activityLogId: 'earlier' };
    expect((await one.post(named, writer)).status).toBe(201);
    const failing = await openFacade(store, { clock, keys: { complete: () => Promise.reject(new Error('no')) } });
    expect((await failing.post(named, keyed('second'))).status).toBe(500);
    await failing.close();
    expect((await one.post(named, keyed('second'))).status).toBe(409);
    expect(await entries()).toHaveLength(1);
  });

  it('keeps its key from another request for five minutes, and no longer', async () => {
    const { keyed, entries } = await setUp();
    const failing = await openFacade(store, { clock, keys: { complete: () => Promise.reject(new Error('no')) } });
    expect((await failing.post(body, keyed('left'))).status).toBe(500);
    await failing.close();
    const other = { ...body, value: 2 };
    expect((await one.post(other, keyed('left'))).status).toBe(409);
    clock.advance(keepMs + 1000);
    expect((await one.post(other, keyed('left'))).status).toBe(201);
    expect(await entries()).toHaveLength(2);
  });

  it('is answered alike by a try that was taken for dead and was not', async () => {
    const { keyed, entries } = await setUp();
    const keys = new IdempotencyKeys(store);
    const reached = deferred();
    const goOn = deferred();
    const slow = await openFacade(store, {
      clock,
      keys: {
        complete: async (...args) => {
          reached.resolve();
          await goOn.promise;
          return keys.complete(...args);
        },
      },
    });
    const first = slow.post(body, keyed('paused'));
    await reached.promise;
    clock.advance(lockMs + 1000);
    const second = await two.post(body, keyed('paused'));
    goOn.resolve();
    expect([second.status, (await first).status, (await first).text]).toEqual([201, 201, second.text]);
    await slow.close();
    expect(await entries()).toHaveLength(1);
  });
});

describe('the collection', () => {
  it('has a unique key per owner and forgets by itself', async () => {
    await openWorkspace(store);
    const indexes = await store.db.collection(idempotencyKeyCollection).indexes();
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { workspaceId: 1, owner: 1, key: 1 }, unique: true }),
    );
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
  });
});
