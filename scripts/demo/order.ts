import type { Id } from '../../src/base/ids.js';

/** What the demo's program is started with, as JSON in its first argument. */
export interface DemoOrder {
  /** The store, as its gateway reaches it. */
  readonly url: string;
  readonly database: string;
  /** Default: `info`. */
  readonly logLevel?: string;
  /** How long, in milliseconds, the program of a gateway that died keeps others from going on. Default: 6,000. */
  readonly leaseMs?: number;
  /** Between one entry of the feeder and the next, in milliseconds: at least and at most. Default: 500 and 1,500. */
  readonly pauseMs?: readonly [number, number];
}

/** What it tells its parent. */
export type DemoMessage =
  /** How far the demo's data is; a line for the person who waits. */
  | { readonly progress: { readonly text: string; readonly done: number; readonly total: number } }
  /** Everything is there, made by this process or by another. Sent once. */
  | { readonly ready: true; readonly workspaceId: Id }
  /** This process is the one that feeds from now on, under this number of the lease; null: no longer. */
  | { readonly feeding: number | null };

export const demoWorkspaceKey = 'demo';
export const demoLease = 'demo-feeder';
