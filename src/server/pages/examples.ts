import type { Example } from './example.js';
import { explainExample } from './explain-example.js';
import { liveExamples } from './live-examples.js';
import { notificationExamples } from './notification-examples.js';
import { pathwayExamples } from './pathway-examples.js';
import { recordingExamples } from './recording-examples.js';
import { statsExample } from './stats-example.js';

/** The tabs of a first visit, and the list under "Examples". Each works as it is on the demo data. */
export const examples: readonly Example[] = [
  {
    title: 'A page with users',
    query: `# A page with users: The twenty newest things
# that happened, in any system, and who did them.
#
# Run it with Ctrl-Enter. For the next page, give
# \`endCursor\` as \`after\` under Variables, below.
query PageWithUsers($first: Int, $after: PageCursor) {
  activityLogs(first: $first, after: $after) {
    nodes {
      occurredAt
      source
      action
      summary
      user {
        name
        email
      }
      activity {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: { first: 20, after: null },
  },
  {
    title: 'A filter',
    query: `# A filter: What people completed with success in
# two of the systems, and how often that was.
#
# The filter is under Variables, below: its fields
# AND together, and a list means "any of these".
query Completed($filter: ActivityLogFilter) {
  activityLogs(filter: $filter, first: 10) {
    totalCount
    nodes {
      occurredAt
      source
      summary
      outcome
      user {
        name
      }
      activity {
        name
      }
      tags
    }
  }
}
`,
    variables: {
      filter: { sources: ['AWORLD', 'THRIVE'], actionClasses: ['COMPLETED', 'PASSED'], outcomes: ['SUCCESS'] },
    },
  },
  statsExample,
  {
    title: 'One person',
    query: `# One person: What Dana did of late, whatever the
# system was and whatever it calls her.
#
# \`users\` takes ids, emails and names. One request
# asks several times, each under a name of its own.
query OnePerson($who: [String!]!) {
  learning: activityLogs(
    filter: { users: $who, sources: THRIVE }
  ) {
    totalCount
  }
  climate: activityLogs(
    filter: { users: $who, sources: AWORLD }
  ) {
    totalCount
  }
  latest: activityLogs(
    filter: { users: $who }
    first: 10
  ) {
    totalCount
    nodes {
      occurredAt
      source
      action
      summary
    }
  }
}
`,
    variables: { who: ['dana@example.com'] },
  },
  {
    title: 'Who is who',
    query: `# Who is who: What systems call Dana, and who was
# merged into her. Entries keep those names: whose
# they are is looked up.
#
# \`mergeUsers\` makes one of two users who are one
# person, \`unmergeUser\` takes them apart again.
query WhoIsWho($email: String) {
  user(email: $email) {
    name
    identities {
      source
      nativeId
      email
    }
    mergedFrom {
      name
      mergedAt
    }
  }
}
`,
    variables: { email: 'dana@example.com' },
  },
  ...pathwayExamples,
  ...recordingExamples,
  {
    title: 'Sources',
    query: `# Sources: The accounts of outside systems that
# feed the log, and how each one stands.
#
# A list names those that it may lack something of
# in \`staleSources\`: all that are not CURRENT.
query Sources {
  sources {
    name
    system
    status
    lag
    lastEntryAt
    fault {
      kind
      message
    }
    counts {
      recorded
      duplicates
    }
  }
  activityLogs(first: 5) {
    nodes {
      occurredAt
      source
      summary
    }
    staleSources {
      name
      status
    }
  }
}
`,
    variables: {},
  },
  explainExample,
  ...liveExamples,
  ...notificationExamples,
];
