import type { Outlet } from './outlet.js';
import type { SubscriptionPlan } from './plan.js';

/** A subscription as it was asked for. */
export interface SubscriptionRequest {
  readonly plan: SubscriptionPlan;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly outlet: Outlet;
  /** Whether nobody waits for an answer any more. */
  isOver(): boolean;
}
