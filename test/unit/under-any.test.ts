import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sleep, underAny } from '../../src/base/lifecycle.js';

const listeners = ({ signal }: AbortController): number => getEventListeners(signal, 'abort').length;

describe('work under several signals', () => {
  it('is told when any of them aborts, and of one that has', async () => {
    for (const which of [0, 1]) {
      const both = [new AbortController(), new AbortController()];
      const wasTold = underAny(
        both.map(({ signal }) => signal),
        async (signal) => {
          await sleep(60_000, signal);
          return signal.aborted;
        },
      );
      both[which]!.abort();
      expect(await wasTold).toBe(true);
    }
    expect(await underAny([AbortSignal.abort()], async ({ aborted }) => aborted)).toBe(true);
  });

  it('is told once its time is over', async () => {
    await underAny([], (signal) => sleep(60_000, signal), 1);
  });

  it('leaves nothing behind with a signal that outlives it, also where it fails', async () => {
    const long = new AbortController();
    const [begun, failed] = [
      underAny([long.signal], () => sleep(1)),
      underAny([long.signal], () => Promise.reject(new Error('no'))),
    ];
    expect(listeners(long)).toBe(2);
    await expect(failed).rejects.toThrow('no');
    await begun;
    expect(listeners(long)).toBe(0);
  });
});
