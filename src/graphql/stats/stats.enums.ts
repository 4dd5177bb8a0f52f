import type { StatsGrouping, StatsGroupName } from '../../model/activity-log-stats.js';
import type { BucketInterval } from '../../model/buckets.js';
import { enumOf } from '../enums.js';

export const StatsIntervalEnum = enumOf<BucketInterval>('StatsInterval', 'How long a bucket is, by the clocks there.', {
  HOUR: 'From one full hour to the next.',
  DAY: 'From midnight to midnight: 23 or 25 hours where clocks are changed.',
  WEEK: 'From Monday to Monday.',
});

export const StatsGroupingEnum = enumOf<StatsGrouping>('StatsGrouping', 'What is counted together.', {
  SOURCE: 'What comes from one system.',
  ACTION: "What has one of the sources' own words.",
  USER: 'What one person did, under whichever of their identities.',
  OBJECT: 'What was done with one thing: its source, type and id, or its name where it has no id.',
});

export const StatsGroupKindEnum = enumOf<StatsGroupName['kind']>('StatsGroupKind', 'What a group stands for.', {
  VALUE: 'One system, action, person or thing.',
  NONE: 'Entries of which no source says who it was, or what.',
  OTHER: 'All groups that are not among the `top` largest.',
});
