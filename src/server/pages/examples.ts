import type { Example } from './example.js';
import { explainExample } from './explain-example.js';
import { liveExamples } from './live-examples.js';
import { notificationExamples } from './notification-examples.js';
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
  {
    title: 'A pathway',
    query: `# A pathway: What there is to do, who is on it,
# and the last things that happened on it.
#
# A pathway is found by id, key or name. For the next
# people, give \`endCursor\` as \`people\`, below.
query PathwayWithPeople(
  $name: String!
  $people: PageCursor
) {
  pathway(name: $name) {
    key
    levelsInOrder
    activities {
      level
      required
      fulfilmentType
      activity {
        name
      }
    }
    enrolments(first: 10, after: $people) {
      totalCount
      nodes {
        groups
        user {
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
  activityLogs(
    filter: { pathways: [$name] }
    first: 5
  ) {
    nodes {
      occurredAt
      summary
      pathway {
        name
      }
      user {
        name
      }
    }
  }
}
`,
    variables: { name: 'Warm Welcome', people: null },
  },
  {
    title: 'Progress',
    query: `# Progress: How many are on each pathway and how
# far, and how far the first ten on one of them are.
#
# It is made from the log: entries of any system count
# that name an activity of the pathway. The place in
# the log that it reflects is \`asOf\`.
query Progress($name: String!) {
  pathways(first: 10) {
    nodes {
      id
      name
      statistics {
        total
        inProgress
        completed
        activities {
          completed
          activity {
            name
          }
        }
      }
    }
  }
  pathway(name: $name) {
    enrolments(first: 10) {
      nodes {
        user {
          name
        }
        progress {
          state
          percent
          changedAt
          openLevel
          asOf
        }
      }
    }
  }
}
`,
    variables: { name: 'Warm Welcome' },
  },
  {
    title: 'A mutation',
    query: `# A mutation: Record one entry of your own.
#
# Run it twice: the key is the same, so the second
# answer is DUPLICATE with the first entry.
# Give another \`key\`, or none, to record another.
mutation RecordOne($input: CreateActivityLogInput!) {
  createActivityLog(input: $input) {
    outcome
    activityLog {
      id
      occurredAt
      source
      action
      summary
      user {
        name
      }
      tags
      additionalData
    }
    cursor
  }
}
`,
    variables: {
      input: {
        key: 'graphiql-example-1',
        action: 'finished-tutorial',
        summary: 'Finished the GraphiQL tutorial',
        object: { type: 'tutorial', id: 'graphiql', name: 'GraphiQL' },
        outcome: 'SUCCESS',
        tags: ['example'],
        additionalData: { minutes: 3 },
      },
    },
  },
  {
    title: 'A batch',
    query: `# A batch: Up to 1,000 entries in one call, with
# one result for each, in order.
#
# The last one here has an empty action: it gets an
# error of its own, and the others are recorded.
mutation RecordBatch($inputs: [CreateActivityLogInput!]!) {
  createActivityLogs(inputs: $inputs) {
    results {
      outcome
      activityLog {
        id
        action
        summary
      }
      error {
        code
        message
        field
      }
    }
    cursor
  }
}
`,
    variables: {
      inputs: [
        { action: 'opened-report', summary: 'Opened the weekly report', tags: ['example', 'batch'] },
        { action: 'exported-report', summary: 'Exported the weekly report', tags: ['example', 'batch'] },
        { action: '', summary: 'An entry without an action' },
      ],
    },
  },
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
