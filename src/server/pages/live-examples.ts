import type { Example } from './example.js';

/** What can be followed. */
export const liveExamples: readonly Example[] = [
  {
    title: 'Live',
    query: `# Live: Every entry as it is recorded or removed,
# in the order of the log, each once.
#
# Run it, and what happens anywhere is told here.
# \`after\` takes a \`feedCursor\` or an event's
# \`cursor\`: what came since then is first.
#
# A stock graphql-ws client repeats its first
# variables when it comes back. Give it a getter,
# and it goes on where it was:
#   variables: { get after() { return last } }
#   retryAttempts: Infinity
# The page /live does so.
subscription Live($after: FeedCursor) {
  activityLogged(after: $after) {
    type
    cursor
    activityLog {
      occurredAt
      source
      action
      summary
      user {
        name
      }
    }
  }
}
`,
    variables: { after: null },
  },
  {
    title: 'Live, filtered',
    query: `# Live, filtered: Only what was completed or passed,
# wherever that was.
#
# A subscription takes every filter that a list
# takes, with the same meaning. Here too a client
# comes back to its place by a getter for \`after\`.
subscription LiveCompleted(
  $filter: ActivityLogFilter
  $after: FeedCursor
) {
  activityLogged(filter: $filter, after: $after) {
    type
    cursor
    activityLog {
      source
      summary
      activity {
        name
      }
      user {
        name
      }
    }
  }
}
`,
    variables: { filter: { actionClasses: ['COMPLETED', 'PASSED'] }, after: null },
  },
  {
    title: 'Sources, live',
    query: `# Sources, live: How each source stands, and each
# change of that within a second.
#
# Make one go wrong while this runs:
#   npm run admin -- emulator thrive away
# and right again:
#   npm run admin -- emulator thrive none
subscription SourcesLive {
  sourceChanged {
    name
    status
    lag
    fault {
      kind
      message
    }
    counts {
      recorded
      duplicates
    }
  }
}
`,
    variables: {},
  },
];
