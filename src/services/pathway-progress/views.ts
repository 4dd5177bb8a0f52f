import type { Id } from '../../base/ids.js';
import type { ProgressState } from '../../model/progress.js';
import type { PathwayCounts, Standing } from '../../model/standing.js';

/** How far somebody is with one activity of a pathway, as callers see it. */
export interface ActivityProgressView {
  readonly activityId: Id;
  readonly state: ProgressState;
  readonly percent?: number;
  readonly changedAt?: Date;
  readonly activityLogId?: Id;
}

/** How far somebody is on a pathway, as callers see it. */
export interface PathwayProgressView {
  readonly pathwayId: Id;
  readonly userId: Id;
  readonly groups: readonly string[];
  readonly enrolledAt: Date;
  readonly state: ProgressState;
  readonly percent: number;
  readonly changedAt?: Date;
  readonly openLevel: number;
  readonly activities: readonly ActivityProgressView[];
  /** A FeedCursor: what it reflects at least. */
  readonly asOf: string;
}

export interface PathwayStatisticsView {
  readonly total: number;
  readonly notStarted: number;
  readonly inProgress: number;
  readonly completed: number;
  readonly activities: readonly { readonly activityId: Id; readonly total: number; readonly completed: number }[];
  readonly asOf: string;
}

export const progressView = ({ activities, whole, ...standing }: Standing, asOf: string): PathwayProgressView => ({
  ...standing,
  state: whole.state,
  percent: whole.percent,
  openLevel: whole.openLevel,
  changedAt: instant(whole.changedAtMicros),
  activities: activities.map(activityView),
  asOf,
});

const activityView = (one: Omit<Standing['activities'][number], 'facts'>): ActivityProgressView => ({
  activityId: one.activityId,
  state: one.state,
  percent: one.percent,
  changedAt: instant(one.changedAtMicros),
  activityLogId: one.entryId,
});

/** @param counts undefined of a pathway that nobody was ever on. */
export function statisticsView(counts: PathwayCounts | undefined, asOf: string): PathwayStatisticsView {
  const { total, inProgress, completed, activities } = counts ?? none;
  return {
    total,
    notStarted: total - inProgress - completed,
    inProgress,
    completed,
    activities: activities.map((one) => ({ activityId: one.activityId, total, completed: one.completed })),
    asOf,
  };
}

const none: Pick<PathwayCounts, 'total' | 'inProgress' | 'completed' | 'activities'> = {
  total: 0,
  inProgress: 0,
  completed: 0,
  activities: [],
};

const instant = (micros: number | undefined): Date | undefined =>
  micros === undefined ? undefined : new Date(Math.floor(micros / 1000));
