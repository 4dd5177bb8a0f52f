import type { DemoMessage, DemoOrder } from '../../src/demo.js';

/** How the feeder and its lease are paced; for tests. */
export interface DemoPace {
  /** How long, in milliseconds, a program that was killed keeps others from going on. Default: 6,000. */
  readonly leaseMs?: number;
  /** Between one entry of the feeder and the next, in milliseconds: at least and at most. Default: 500 and 1,500. */
  readonly pauseMs?: readonly [number, number];
}

export type PacedDemoOrder = DemoOrder & DemoPace;

export type Tell = (message: DemoMessage) => void;

export const demoLease = 'demo-feeder';
