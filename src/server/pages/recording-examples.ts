import type { Example } from './example.js';

/** What writes into the log. */
export const recordingExamples: readonly Example[] = [
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
];
