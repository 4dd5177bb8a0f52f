import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { startTikMatrix } from '../../../scripts/upstreams/tikmatrix.js';
import type { Connector, PullStep } from '../../../src/ingest/connector.js';
import { tikmatrixConnector } from '../../../src/sources/tikmatrix/connector.js';
import { drive, recorded } from '../suite/driving.js';

const emulator = await startTikMatrix();
const source = { emulator, rows: emulator.rows, settings: { limit: 4 }, secrets: {} };
const driver = await drive(tikmatrixConnector as unknown as Connector, source);
afterAll(() => Promise.all([emulator.close(), driver.close()]));

let second = 1_700_000_000;
const add = (count: number): void => {
  for (let n = 0; n < count; n += 1) {
    second += 1;
    emulator.rows.add({ platform: 'tiktok', serial: `s${second % 3}`, action_type: 'post', timestamp: second });
  }
};
const there = (): { id: number; timestamp: number }[] => emulator.rows.texts.map((text) => JSON.parse(text));

/** What happens to the table between two calls. */
const change = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 6 }) }),
  // Which row, counted from the newest: those are deleted most.
  fc.record({ delete: fc.oneof(fc.constant(0), fc.nat(30)) }),
  fc.constant({}),
);

describe('a table that changes while it is read', () => {
  it.each(['newest', 'oldest', 'none'] as const)(
    'with the %s first is read whole in the end, and no row twice',
    async (order) => {
      emulator.behaviour.order = order;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 20 }),
          fc.array(change, { maxLength: 25 }),
          async (first, changes) => {
            emulator.rows.reset();
            add(first);
            const left = [...changes];
            const meanwhile = (): void => {
              const next: { add?: number; delete?: number } = left.shift() ?? {};
              if (next.add !== undefined) add(next.add);
              const victim = next.delete === undefined ? undefined : there().at(-1 - next.delete);
              if (victim) emulator.rows.delete(victim.id);
            };
            const steps: PullStep[] = [];
            while (left.length > 0) {
              steps.push(...(await driver.toEnd(steps.at(-1)?.checkpoint, meanwhile)));
              meanwhile();
            }
            for (let look = 0; look < 2; look += 1) steps.push(...(await driver.toEnd(steps.at(-1)?.checkpoint)));
            const rows = [...recorded(steps).keys()].map((key) => key.slice(key.indexOf(':') + 1));
            expect(new Set(rows).size).toBe(rows.length);
            for (const { id, timestamp } of there()) expect(rows).toContain(`${id}:${timestamp}`);
          },
        ),
        { numRuns: Number(process.env.LOOK_RUNS ?? 60), examples: [[4, Array(6).fill({ add: 3 })]] },
      );
    },
  );
});
