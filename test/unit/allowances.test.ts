import { describe, expect, it } from 'vitest';
import { Allowances } from '../../src/auth/allowances.js';
import { CodedError } from '../../src/base/errors.js';

const alice = { credentialId: 'alice' };
const bob = { credentialId: 'bob' };

/** An account book whose time moves only when told to. */
function book(limits: { atOnce?: number; costPerMinute?: number }) {
  let nowMs = 5_000;
  const allowances = new Allowances(
    { atOnce: limits.atOnce ?? 100, costPerMinute: limits.costPerMinute ?? 0 },
    { monotonicMs: () => nowMs },
  );
  return {
    enter: (who: typeof alice | undefined, cost = 1) => allowances.enter(who, cost),
    /** In how many seconds it is to be tried again; 0 where it is let in. */
    refusal: (who: typeof alice | undefined, cost = 1): number => {
      try {
        allowances.enter(who, cost)();
        return 0;
      } catch (error) {
        expect((error as CodedError).code).toBe('RATE_LIMITED');
        return (error as CodedError).retryAfterSeconds!;
      }
    },
    pass: (seconds: number) => {
      nowMs += seconds * 1000;
    },
  };
}

describe('an allowance', () => {
  it('is of requests under way, for each credential', () => {
    const { enter, refusal } = book({ atOnce: 2 });
    const leave = enter(alice);
    enter(alice);
    expect(refusal(alice)).toBe(1);
    expect(refusal(bob)).toBe(0);
    expect(refusal(undefined)).toBe(0);
    leave();
    expect(refusal(alice)).toBe(0);
  });

  it('is of cost, which comes back over a minute, and says when it is enough', () => {
    const { refusal, pass } = book({ costPerMinute: 600 });
    expect(refusal(alice, 400)).toBe(0);
    expect(refusal(alice, 400)).toBe(20);
    expect(refusal(bob, 400)).toBe(0);
    pass(19);
    expect(refusal(alice, 400)).toBe(1);
    pass(1);
    expect(refusal(alice, 400)).toBe(0);
    pass(600);
    expect(refusal(alice, 600)).toBe(0);
    expect(refusal(alice, 1)).toBe(1);
  });

  it('lets what costs more than a minute brings pass once in so long as it costs', () => {
    const { refusal, pass } = book({ costPerMinute: 600 });
    expect(refusal(alice, 1200)).toBe(0);
    expect(refusal(alice, 1)).toBe(61);
    pass(61);
    expect(refusal(alice, 1)).toBe(0);
  });

  it('is not spent by what is refused', () => {
    const { enter, refusal } = book({ atOnce: 1, costPerMinute: 600 });
    const leave = enter(alice, 100);
    for (let n = 0; n < 10; n += 1) expect(refusal(alice, 100)).toBe(1);
    leave();
    expect(refusal(alice, 500)).toBe(0);
  });

  it('of 0 a minute is no limit', () => {
    const { refusal } = book({ costPerMinute: 0 });
    for (let n = 0; n < 10; n += 1) expect(refusal(alice, 1e9)).toBe(0);
  });
});
