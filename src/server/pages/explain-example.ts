import type { Example } from './example.js';

export const explainExample: Example = {
  title: 'What it takes',
  query: `# What it takes: With the header \`x-explain: 1\`
# (see Headers below) an answer's \`extensions\` say
# who executed it, which look-ups it made in batches,
# and what the store did: calls, documents examined
# and returned, by which index, and where the time
# went.
#
# In development only, and for who may do everything.
query WhatItTakes {
  activityLogs(first: 20) {
    nodes {
      occurredAt
      summary
      user {
        name
      }
      activity {
        name
      }
    }
  }
}
`,
  variables: {},
  headers: { 'x-explain': '1' },
};
