import type { BenchData } from './graphql-data.js';

/** An operation that every server does. */
export interface BenchOperation {
  readonly name: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Whether the bare driver does it, too: reads alone. */
  readonly bare: boolean;
}

const entry = 'id occurredAt source action summary';
const user = 'user { id name email }';

export const benchOperations = ({ farCursor }: BenchData): BenchOperation[] => [
  { name: 'tiny', query: '{ viewer { workspace { key } } }', bare: true },
  { name: '50 logs with users', query: `{ activityLogs(first: 50) { nodes { ${entry} ${user} } } }`, bare: true },
  {
    name: '50 logs with users and pathways',
    query: `{ activityLogs(first: 50) { nodes { ${entry} ${user} pathway { id name } } } }`,
    bare: true,
  },
  { name: 'page 1', query: `{ activityLogs(first: 20) { nodes { ${entry} } } }`, bare: true },
  {
    name: 'page 1,000',
    query: `query ($after: PageCursor) { activityLogs(first: 20, after: $after) { nodes { ${entry} } } }`,
    variables: { after: farCursor },
    bare: true,
  },
  {
    name: 'filtered page',
    query: `query ($filter: ActivityLogFilter) { activityLogs(first: 20, filter: $filter) { nodes { ${entry} } } }`,
    variables: { filter: { objectIds: ['course-7'], actions: ['action-7'] } },
    bare: true,
  },
  {
    name: 'count',
    query: 'query ($filter: ActivityLogFilter) { activityLogs(first: 0, filter: $filter) { totalCount } }',
    variables: { filter: { objectIds: ['course-7'] } },
    bare: true,
  },
  {
    name: 'one mutation',
    query: 'mutation ($input: CreateActivityLogInput!) { createActivityLog(input: $input) { outcome } }',
    variables: { input: { action: 'measured', tags: ['bench'] } },
    bare: false,
  },
  {
    name: 'batch of 100',
    query:
      'mutation ($inputs: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $inputs) { results { outcome } } }',
    variables: { inputs: Array.from({ length: 100 }, () => ({ action: 'measured', tags: ['bench'] })) },
    bare: false,
  },
];
