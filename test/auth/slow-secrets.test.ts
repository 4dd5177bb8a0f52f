import { type ScryptOptions, scrypt } from 'node:crypto';
import { expect, it } from 'vitest';
import { rememberMs, SlowSecrets, type SlowSecretsOptions } from '../../src/auth/slow-secrets.js';
import { deferred } from '../../src/base/lifecycle.js';
import type { StoredSecret } from '../../src/store/credential-document.js';
import { TestClock } from './support.js';

type Slow = Extract<StoredSecret, { algorithm: 'scrypt' }>;
const stored = async (secret: string): Promise<Slow> => (await new SlowSecrets().store(secret)) as Slow;

/** Counts the real work, and holds it back until the gate is opened. */
function counted(options: SlowSecretsOptions = {}) {
  const seen = { done: 0, running: 0, most: 0 };
  const gate = deferred();
  const derive = async (secret: string, salt: Buffer, length: number, cost: ScryptOptions): Promise<Buffer> => {
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    await gate.promise;
    const key = await new Promise<Buffer>((resolve, reject) =>
      scrypt(secret, salt, length, cost, (error, made) => (error ? reject(error) : resolve(made))),
    );
    seen.running -= 1;
    seen.done += 1;
    return key;
  };
  return { seen, open: () => gate.resolve(), secrets: new SlowSecrets({ ...options, derive }) };
}

it('knows the secret that was stored from every other', async () => {
  const secrets = new SlowSecrets();
  const kept = (await secrets.store('correct horse')) as Slow;
  expect(await secrets.verify('w', 'correct horse', kept)).toBe(true);
  expect(await secrets.verify('w', 'correct horsf', kept)).toBe(false);
  expect(await secrets.verify('w', '', kept)).toBe(false);
  expect(JSON.stringify(kept)).not.toContain('correct');
  expect(((await secrets.store('correct horse')) as Slow).hash).not.toBe(kept.hash);
});

it('remembers an outcome for a minute and not longer', async () => {
  const clock = new TestClock();
  const { secrets, seen, open } = counted({ clock });
  open();
  const kept = await stored('s');
  for (let time = 0; time < rememberMs; time += 10_000) {
    expect(await secrets.verify('w', 's', kept)).toBe(true);
    expect(await secrets.verify('w', 't', kept)).toBe(false);
    clock.advance(10_000);
  }
  expect(seen.done).toBe(2);
  expect(rememberMs).toBeLessThanOrEqual(60_000);
  expect(await secrets.verify('w', 's', kept)).toBe(true);
  expect(seen.done).toBe(3);
});

it('does not take a remembered secret for another credential', async () => {
  const secrets = new SlowSecrets();
  expect(await secrets.verify('w', 'one', await stored('one'))).toBe(true);
  expect(await secrets.verify('w', 'one', await stored('two'))).toBe(false);
});

it('checks an equal secret once, however many ask at the same time', async () => {
  const { secrets, seen, open } = counted();
  const kept = await stored('s');
  const answers = Array.from({ length: 200 }, () => secrets.verify('w', 's', kept));
  open();
  expect(new Set(await Promise.all(answers))).toEqual(new Set([true]));
  expect(seen.done).toBe(1);
});

it('does two slow checks at once, lets a bounded number wait in order, and turns the rest away', async () => {
  const { secrets, seen, open } = counted({ maxWaiting: 5, maxWaitingPerLane: 4 });
  const kept = await stored('s');
  const settled: string[] = [];
  const check = (lane: string, guess: string) =>
    secrets.verify(lane, guess, kept).then(
      (good) => void settled.push(`${lane} ${guess} ${good}`),
      (error: { code: string; retryAfterSeconds: number }) =>
        void settled.push(`${lane} ${guess} ${error.code} ${error.retryAfterSeconds}`),
    );
  const guessing = Array.from({ length: 8 }, (_, guess) => check('guessed at', String(guess)));
  const others = [check('another', 's'), check('a third', 's2')];
  // Two run and four wait of the one that is guessed at; the last place in line is left for others.
  await Promise.all([guessing[6], guessing[7], others[1]]);
  expect(settled.sort()).toEqual([
    'a third s2 RATE_LIMITED 1',
    'guessed at 6 RATE_LIMITED 1',
    'guessed at 7 RATE_LIMITED 1',
  ]);
  expect(seen.running).toBe(2);
  open();
  await Promise.all([...guessing, ...others]);
  expect(settled).toContain('another s true');
  expect(settled.filter((line) => line.endsWith('false'))).toHaveLength(6);
  expect([seen.most, seen.done]).toEqual([2, 7]);
  await secrets.verify('guessed at', 'later', kept);
  expect(seen.done).toBe(8);
});

it('gives its place away after a failure too', async () => {
  let fail = true;
  const secrets = new SlowSecrets({
    concurrency: 1,
    derive: async (_secret, _salt, length) => {
      if (fail) throw new Error('out of memory');
      return Buffer.alloc(length);
    },
  });
  const kept = await stored('s');
  const both = [secrets.verify('w', 'a', kept), secrets.verify('w', 'b', kept)];
  await expect(both[0]).rejects.toThrow('out of memory');
  await expect(both[1]).rejects.toThrow('out of memory');
  fail = false;
  expect(await secrets.verify('w', 'a', kept)).toBe(false);
});
