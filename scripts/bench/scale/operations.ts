import type { Question } from './client.js';
import {
  actions,
  common,
  few,
  nativeId,
  objectId,
  objectTypes,
  occurredMicros,
  otherWords,
  platforms,
  rare,
  serial,
  sources,
  tag,
  userEmail,
  words,
} from './entries.js';

/** A question that is timed. */
export interface Timed extends Question {
  readonly name: string;
}

const pageOf50 = `query ($filter: ActivityLogFilter, $after: PageCursor) {
  activityLogs(first: 50, filter: $filter, after: $after) {
    nodes { id occurredAt source action summary user { id name email } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const count = 'query ($filter: ActivityLogFilter) { activityLogs(first: 0, filter: $filter) { totalCount } }';
const stats = `query ($filter: ActivityLogFilter, $interval: StatsInterval, $groupBy: StatsGrouping) {
  activityLogStats(filter: $filter, interval: $interval, groupBy: $groupBy) { count buckets { start count groups { count } } }
}`;

/** Ids alone, as many as a page may have: how one gets far cheaply. */
export const walk = `query ($first: Int, $after: PageCursor) {
  activityLogs(first: $first, after: $after) { nodes { id } pageInfo { endCursor } }
}`;

export const page1 = 'page 1';
export const page1000 = 'page 1,000';

export const pages = (farCursor: string): Timed[] => [
  { name: page1, query: pageOf50 },
  { name: page1000, query: pageOf50, variables: { after: farCursor } },
];

const dateOf = (micros: number): string => new Date(micros / 1000).toISOString();

type Values = readonly (readonly [value: string, filter: Readonly<Record<string, unknown>>])[];

/** Common, rare and few values of a field; the few are twenty entries of a log of any length. */
const graded = (field: string, value: (which: number) => string): Values => [
  ['1 of 4', { [field]: [value(common)] }],
  ['1 of 500', { [field]: [value(rare)] }],
  ['20 in all', { [field]: [value(few)] }],
];

/** Each field of the filter alone. */
function filters(total: number): Record<string, Values> {
  const others = actions.map(([action]) => action).filter((_, which) => which > few);
  return {
    sources: graded('sources', (which) => sources[which]!),
    actions: graded('actions', (which) => actions[which]![0]),
    omitActions: [
      ['3 of 4 left', { omitActions: [actions[common]![0]] }],
      ['1 of 500 left', { omitActions: [actions[common]![0], ...others] }],
    ],
    actionClasses: graded('actionClasses', (which) => actions[which]![1]),
    users: graded('users', userEmail),
    activities: graded('activities', (which) => `activity-${which}`),
    objectTypes: graded('objectTypes', (which) => objectTypes[which]!),
    objectIds: graded('objectIds', objectId),
    pathways: graded('pathways', (which) => `pathway-${which}`),
    platforms: graded('platforms', (which) => platforms[which]!),
    serials: graded('serials', serial),
    tags: graded('tags', tag),
    nativeIds: [['1 in all', { nativeIds: [nativeId(Math.floor(total / 2))] }]],
    outcomes: [
      ['1 of 4', { outcomes: ['SUCCESS'] }],
      ['1 of 500', { outcomes: ['FAILURE'] }],
    ],
    occurredAfter: [
      ['the last hour', { occurredAfter: dateOf(occurredMicros(total - 180, total)) }],
      ['all', { occurredAfter: dateOf(occurredMicros(0, total)) }],
    ],
    occurredBefore: [
      ['the older half', { occurredBefore: dateOf(occurredMicros(Math.floor(total / 2), total)) }],
      ['the oldest hour', { occurredBefore: dateOf(occurredMicros(180, total)) }],
    ],
    search: [
      ['1 of 4', { search: words[common] }],
      ['1 of 500', { search: words[rare] }],
      ['20 in all', { search: words[few] }],
      ['two words, each 1 of 4', { search: `${words[common]} ${otherWords[common]}` }],
      ['1 of 4 and 20 in all', { search: `${words[common]} ${otherWords[few]}` }],
      ['a word of nobody', { search: 'nothinghasthisword' }],
    ],
  };
}

export const filterPages = (total: number): Timed[] =>
  Object.entries(filters(total)).flatMap(([field, values]) =>
    values.map(([value, filter]) => ({ name: `${field}: ${value}`, query: pageOf50, variables: { filter } })),
  );

export const counts = (total: number): Timed[] => [
  { name: 'totalCount: all', query: count },
  { name: 'totalCount: sources, 1 of 4', query: count, variables: { filter: { sources: [sources[common]] } } },
  { name: 'totalCount: users, 1 of 500', query: count, variables: { filter: { users: [userEmail(rare)] } } },
  { name: 'totalCount: search, 20 in all', query: count, variables: { filter: { search: words[few] } } },
  {
    name: 'totalCount: the last day',
    query: count,
    variables: { filter: { occurredAfter: dateOf(occurredMicros(total - 4_320, total)) } },
  },
];

export const statistics = (total: number): Timed[] => [
  {
    name: 'stats: 20 days by source, from the fold',
    query: stats,
    variables: {
      interval: 'DAY',
      groupBy: 'SOURCE',
      filter: { occurredAfter: `${dateOf(occurredMicros(total - 20 * 4_320, total)).slice(0, 13)}:00:00Z` },
    },
  },
  {
    name: 'stats: the last day by user, counted',
    query: stats,
    variables: {
      interval: 'HOUR',
      groupBy: 'USER',
      filter: { occurredAfter: dateOf(occurredMicros(total - 4_320, total)) },
    },
  },
];

let created = 0;

/** Another entry each time. */
export function create(): Question {
  created += 1;
  const n = created;
  return {
    query: 'mutation ($input: CreateActivityLogInput!) { createActivityLog(input: $input) { outcome } }',
    variables: {
      input: { action: 'measured', userEmail: userEmail(n % 100), summary: `Number ${n}`, tags: ['live'], value: n },
    },
  };
}
