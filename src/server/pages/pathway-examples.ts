import type { Example } from './example.js';

/** Pathways, and how far people are on them. */
export const pathwayExamples: readonly Example[] = [
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
];
