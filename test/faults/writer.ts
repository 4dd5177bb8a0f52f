import { expect } from 'vitest';
import { ActivityLogsWithUsersDocument, CreateActivityLogDocument } from '../../schema/operations/operations.js';
import type { Answer, TestGateway } from '../support/gateway.js';

/** What a caller may hear while something is wrong that is not the caller's doing. */
export const passing = ['SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'QUERY_TOO_SLOW'];

type Query = TestGateway['query'];

/** The codes of an answer; each says what a caller may do about it. */
export function codesOf({ status, errors, headers }: Answer<unknown>): string[] {
  const codes = (errors ?? []).map(({ extensions }) => extensions.code);
  if (status >= 400 && codes.includes('RATE_LIMITED')) expect(headers.get('retry-after')).toMatch(/^\d+$/);
  return codes;
}

/**
 * Records one entry, with the same key again and again until that is acknowledged.
 * @returns the codes of what went wrong meanwhile.
 */
export async function writeUntilThere(query: Query, key: string): Promise<string[]> {
  const codes: string[] = [];
  for (;;) {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, 8_000));
    const answer = await Promise.race([
      query(CreateActivityLogDocument, { input: { key, action: key } }).catch(() => undefined),
      late,
    ]);
    if (answer?.data) return codes;
    if (answer) codes.push(...codesOf(answer));
    expect(codes.filter((code) => !passing.includes(code))).toEqual([]);
    // Who is told to come back later does.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The actions of all entries, as they stand in the log. @param atLeast a place that another process told of. */
export async function actionsOf(gateway: TestGateway, atLeast?: string): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = { first: 1000, orderBy: 'RECORDED_ASC' as const, after, atLeast };
    const { activityLogs } = await gateway.data(ActivityLogsWithUsersDocument, page);
    found.push(...activityLogs.edges.map(({ node }) => node.action));
    if (!activityLogs.pageInfo.hasNextPage) return found;
    after = activityLogs.pageInfo.endCursor ?? undefined;
  }
}

export const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/health/ready`)).status === 200;
