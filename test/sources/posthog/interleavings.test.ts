import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startPosthog } from '../../../scripts/upstreams/posthog.js';
import { isoOf } from '../../../src/base/instants.js';
import type { Checkpoint, Connector, PullStep } from '../../../src/ingest/connector.js';
import { posthogConnector } from '../../../src/sources/posthog/connector.js';
import { drive, nativesOf, recorded } from '../suite/driving.js';

const connector = posthogConnector as unknown as Connector;
const overlapSeconds = 20;
const runs = Number(process.env.POSTHOG_RUNS ?? 60);

/** What may happen between two steps. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rows' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  // Rows whose transaction ended so much later than they say.
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('late' as const), seconds: fc.integer({ min: 0, max: overlapSeconds }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.integer({ min: 1, max: 45 }) }) },
  // The rows of a step were recorded and its checkpoint was not stored, as where a reader is killed.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('killed' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forgotten' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('away' as const) }) },
);

describe('reading', () => {
  it(`is exact in ${runs} histories of rows that come at once, late and of one instant, of kills and faults`, {
    timeout: 120_000,
  }, async () => {
    const plan = fc.record({
      past: fc.integer({ min: 0, max: 30 }),
      pageSize: fc.integer({ min: 2, max: 6 }),
      happenings: fc.array(happening, { maxLength: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ past, pageSize, happenings }) => {
        const emulator = await startPosthog();
        let ms = Date.parse('2026-03-29T12:00:00Z');
        let made = 0;
        // To the tenth of a second, so that several are of one instant.
        const add = (atMs: number): void =>
          emulator.rows.add({
            id: `row-${made++}`,
            user: null,
            scope: 'Insight',
            activity: 'updated',
            created_at: isoOf(Math.floor(atMs / 100) * 100_000 + (made % 2)),
          });
        for (let n = past; n > 0; n -= 1) add(ms - n * 1_500);
        const source = {
          emulator,
          rows: emulator.rows,
          settings: { pageSize, overlapSeconds },
          secrets: { apiKey: 'phx_right' },
        };
        const driver = await drive(connector, source, () => new Date(ms));
        try {
          const steps: PullStep[] = [];
          let stored: Checkpoint | undefined;
          let isForgotten = false;
          for (const one of happenings) {
            if (one.kind === 'rows') for (let n = 0; n < one.count; n += 1) add(ms);
            if (one.kind === 'late') add(ms - one.seconds * 1000);
            if (one.kind === 'time') ms += one.seconds * 1000;
            if (one.kind === 'away') emulator.faults.set({ kind: 'away' }, 1);
            emulator.behaviour.forgetsCursors = one.kind === 'forgotten' && !isForgotten;
            isForgotten ||= one.kind === 'forgotten';
            const step = await driver.step(stored).catch(() => undefined);
            emulator.behaviour.forgetsCursors = false;
            if (!step) continue;
            steps.push(step);
            if (one.kind !== 'killed') stored = step.checkpoint;
          }
          ms += 3_700_000;
          steps.push(...(await driver.toEnd(stored)));
          // A look that was under way is of when it began.
          steps.push(...(await driver.toEnd(steps.at(-1)!.checkpoint)));
          expect(steps.at(-1)!.coveredUntil).toEqual(new Date(ms));
          expect(nativesOf(recorded(steps))).toEqual([...emulator.rows.texts].sort());
          const more = await driver.toEnd(steps.at(-1)!.checkpoint);
          expect(more.flatMap(({ rows }) => rows).every(({ nativeKey }) => recorded(steps).has(nativeKey))).toBe(true);
        } finally {
          await driver.close();
          await emulator.close();
        }
      }),
      { numRuns: runs },
    );
  });
});
