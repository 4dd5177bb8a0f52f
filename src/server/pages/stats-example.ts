import type { Example } from './example.js';

/** What charts are drawn from. */
export const statsExample: Example = {
  title: 'Statistics',
  query: `# Statistics: How many entries there were on each
# day in Berlin, and in which system.
#
# \`groupBy\` also takes ACTION, USER and OBJECT;
# \`counts\` of a day are in the order of \`groups\`.
# Late entries are in the day when they happened,
# and \`feedCursor\` is the place that all of this
# is of: follow from there, and count on.
query Statistics(
  $filter: ActivityLogFilter
  $timeZone: String
) {
  activityLogStats(
    filter: $filter
    interval: DAY
    timeZone: $timeZone
    groupBy: SOURCE
  ) {
    count
    groups {
      source
      count
      sum
    }
    buckets {
      local
      count
      counts: groups {
        count
      }
    }
    feedCursor
  }
}
`,
  variables: { timeZone: 'Europe/Berlin', filter: { actionClasses: ['COMPLETED', 'PASSED'] } },
};
