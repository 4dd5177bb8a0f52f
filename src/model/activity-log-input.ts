import type { Id } from '../base/ids.js';
import type { Outcome } from './activity-log.js';

/** What one entry from a caller may hold at most; characters unless said otherwise. */
export const entryLimits = {
  key: 200,
  action: 200,
  userEmail: 320,
  activityKey: 200,
  objectType: 200,
  objectId: 200,
  objectName: 1000,
  platform: 200,
  serial: 200,
  summary: 10_000,
  progressState: 200,
  tag: 200,
  /** How many tags. */
  tags: 100,
  /** The whole entry as JSON, in bytes of UTF-8. */
  bytes: 256 * 1024,
} as const;

/** How many entries one call may create or remove. */
export const maxBatch = 1000;

/** The days whose microseconds a number holds exactly. */
export const occurredAtRange = {
  from: new Date('1700-01-01T00:00:00.000Z'),
  before: new Date('2250-01-01T00:00:00.000Z'),
} as const;

/** What a caller may say of an entry. Null means the same as absent. */
export interface CreateActivityLogInput {
  /** Under which a repeat is recognised, per owner of the credential. */
  readonly key?: string | null;
  readonly action: string;
  /** Absent: when it is recorded. */
  readonly occurredAt?: Date | null;
  /** At most one of userId and userEmail; neither: the credential's user, else the credential itself. */
  readonly userId?: Id | null;
  readonly userEmail?: string | null;
  /** At most one of activityId and activityKey. */
  readonly activityId?: Id | null;
  readonly activityKey?: string | null;
  readonly object?: {
    readonly type: string;
    readonly id?: string | null;
    readonly name?: string | null;
  } | null;
  readonly pathwayId?: Id | null;
  readonly platform?: string | null;
  readonly serial?: string | null;
  readonly summary?: string | null;
  readonly outcome?: Outcome | null;
  readonly value?: number | null;
  readonly progress?: {
    readonly percent?: number | null;
    readonly state?: string | null;
    readonly complete?: boolean | null;
  } | null;
  readonly tags?: readonly string[] | null;
  /** Any JSON; any key is data. */
  readonly additionalData?: unknown;
}
