import type { ActivityObject, Actor } from './activity-log.js';
import type { BucketInterval } from './buckets.js';
import type { ExactSum } from './exact-sum.js';
import type { IdentityKey } from './identity.js';
import type { SourceSystem } from './source-system.js';

export const statsGroupings = ['SOURCE', 'ACTION', 'USER', 'OBJECT'] as const;
export type StatsGrouping = (typeof statsGroupings)[number];

/** Values beyond it, to either side, are in no sum: so that no sum is ever more than a number can hold. */
export const maxSummable = 1e200;

/** How many entries, how many of them have a value, and what these sum up to. */
export interface Tally {
  readonly count: number;
  readonly values: number;
  /** Exact, so that the order of adding makes no difference. */
  readonly sum: ExactSum;
}

/** What is counted together. Of NONE no source says what they are grouped by; OTHER are all that are not shown one by one. */
export interface StatsGroupName {
  readonly kind: 'VALUE' | 'NONE' | 'OTHER';
  readonly source?: SourceSystem;
  readonly action?: string;
  readonly actorKey?: IdentityKey;
  /** As the newest entry has it. */
  readonly actor?: Actor;
  readonly object?: ActivityObject;
}

/** One group within one bucket, as the store counts it. */
export interface StatsRow extends Tally {
  /** The number of the bucket. */
  readonly bucket: number;
  /** Equal for what belongs together. */
  readonly key: string;
  readonly name: StatsGroupName;
  /** The place of the newest of these entries: its words for actor and object count. */
  readonly seq: number;
}

export interface Counted {
  readonly count: number;
  /** Undefined where no entry has a value. */
  readonly sum?: number;
}

export interface StatsGroup extends StatsGroupName, Counted {}

export interface StatsBucket extends Counted {
  readonly start: Date;
  readonly end: Date;
  /** Its start, as clocks show it there. */
  readonly local: string;
  /** One for each group, in their order. */
  readonly groups: readonly Counted[];
}

/** How many entries there are, by time and by group, as of one place in the log. */
export interface ActivityLogStats extends Counted {
  readonly interval: BucketInterval;
  readonly timeZone: string;
  readonly groups: readonly StatsGroup[];
  readonly buckets: readonly StatsBucket[];
  readonly feedCursor: string;
}
