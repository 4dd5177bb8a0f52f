export interface Example {
  readonly title: string;
  /** Begins with a comment that tells what it shows. The operation's name becomes the tab's title. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The tabs of a first visit, and the list under "Examples". Each works as it is on the demo data. */
export const examples: readonly Example[] = [
  {
    title: 'A page with users',
    query: `# A page with users: The twenty newest things
# that happened, in any system, and who did them.
#
# Run it with Ctrl-Enter. The next page comes with
# \`after: "<endCursor>"\`. A subscription that starts
# at \`feedCursor\` misses and doubles nothing.
query PageWithUsers {
  activityLogs(first: 20) {
    nodes {
      id
      occurredAt
      source
      action
      actionClass
      summary
      user {
        name
        email
      }
      object {
        type
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    feedCursor
  }
}
`,
    variables: {},
  },
  {
    title: 'A filter',
    query: `# A filter: What people completed in two of the
# systems, and how many such entries there are.
#
# The filter is under Variables, below: its fields
# AND together, and a list means "any of these".
query Completed($filter: ActivityLogFilter, $first: Int) {
  activityLogs(filter: $filter, first: $first) {
    totalCount
    nodes {
      occurredAt
      source
      action
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
    variables: { filter: { sources: ['AWORLD', 'THRIVE'], actionClasses: ['COMPLETED', 'PASSED'] }, first: 10 },
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
    cursor
    activityLog {
      id
      source
      action
      occurredAt
      summary
      tags
      additionalData
    }
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
    cursor
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
];
