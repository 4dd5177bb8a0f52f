import type { ActivityLogFilter } from '../../src/model/activity-log-filter.js';
import { userIdentity } from '../../src/model/identity.js';
import type { EntryDraft } from '../../src/model/log-record.js';
import { sourceSystems } from '../../src/model/source-system.js';
import type { SeededRandom } from '../support/random.js';

type Content = EntryDraft['entry'];

const summaries = ['up the hill', 'down the valley', 'over the hill and away'];
const monthMs = (month: number): number => Date.UTC(2026, month, 1);

/** Some entry, of any source, by one of the users or by nobody known. */
export function someEntry(random: SeededRandom, users: readonly string[]): Content {
  const oneOf = <T>(list: readonly T[]): T => list[random.between(0, list.length - 1)]!;
  const userId = oneOf([...users, undefined]);
  const platform = oneOf(['ios', 'web', undefined]);
  return {
    source: oneOf(sourceSystems),
    connectionId: 'client:chaos',
    action: oneOf(['ran', 'swam', 'read']),
    actionClass: 'OTHER',
    occurredAtMicros: monthMs(random.between(0, 10)) * 1000,
    actor: userId === undefined ? { kind: 'SYSTEM' } : { kind: 'USER', key: userIdentity(userId) },
    summary: oneOf(summaries),
    tags: oneOf([['sport'], ['sport', 'fun'], []]),
    ...(platform !== undefined && { platform }),
  };
}

/** What every filter below selects: once it is told, all before it was. */
export const lastEntry = (userId: string): Content => ({
  source: 'GATEWAY',
  connectionId: 'client:chaos',
  action: 'ended',
  actionClass: 'OTHER',
  occurredAtMicros: monthMs(7) * 1000,
  actor: { kind: 'USER', key: userIdentity(userId) },
  platform: 'web',
  summary: summaries[0]!,
  tags: ['fun'],
});

/** As callers send them. */
export const chaosFilters = [
  undefined,
  { sources: ['THRIVE', 'GATEWAY'] },
  { actions: ['ran', 'ended'] },
  { omitActions: ['read'] },
  { tags: ['fun'] },
  { platforms: ['web'] },
  { users: ['alice@example.com'] },
  { occurredAfter: '2026-06-01T00:00:00Z', occurredBefore: '2026-10-01T00:00:00Z' },
  { search: 'hill up' },
  { platforms: ['web', 'ios'], search: 'hill', omitActions: ['swam'] },
] as const;

export type ChaosFilter = (typeof chaosFilters)[number];

/** The same as the services take it. */
export function modelFilter(filter: ChaosFilter): ActivityLogFilter | undefined {
  if (!filter) return undefined;
  const { occurredAfter, occurredBefore, ...rest }: Record<string, unknown> = filter;
  const dates = { occurredAfter, occurredBefore };
  const coerced = Object.entries(dates).flatMap(([name, text]) => (text ? [[name, new Date(String(text))]] : []));
  return { ...rest, ...Object.fromEntries(coerced) };
}
