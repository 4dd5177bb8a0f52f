import { readFileSync } from 'node:fs';
import { type Id, newId } from '../../../src/base/ids.js';
import { isoOf } from '../../../src/base/instants.js';
import { elementsAt } from '../../../src/ingest/json-elements.js';
import type { LogWriter } from '../../../src/log/writer.js';
import { nativeIdentity } from '../../../src/model/identity.js';
import { toRow } from '../../../src/sources/posthog/rows.js';
import type { TestGateway } from '../../support/gateway.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/posthog/${name}`, import.meta.url), 'utf8');

/** The documentation's calls, as they stand on its page: without most of their line breaks. */
export const documentedCalls = fixture('page.txt').trim().split('\n');
/** The row that the page documents, as it stands there. */
export const documented = elementsAt(fixture('list.json'), [])![0]!;
/** Rows as PostHog gives them, each as it came. */
export const live = elementsAt(fixture('rows.json'), [])!;

export const connection = 'posthog-1';

/** Rows as a connection would bring them, the oldest first. */
export const arrive = ({ gateway, home }: TestGateway, natives: readonly string[]) =>
  arriveAt(gateway.log.recorder, home.id, natives);

export async function arriveAt(
  writer: Pick<LogWriter, 'appendEach'>,
  workspaceId: Id,
  natives: readonly string[],
): Promise<void> {
  const drafts = natives.map((native) => {
    const row = toRow(native);
    if (typeof row === 'string') throw new Error(row);
    const { nativeId } = row.actor;
    const { isEmailVerified: _verified, ...told } = row.actor;
    const key = nativeId && nativeIdentity('POSTHOG', connection, nativeId);
    return {
      kind: 'entry' as const,
      id: newId(),
      nativeKey: row.nativeKey,
      entry: {
        ...row.entry,
        source: 'POSTHOG' as const,
        connectionId: connection,
        actor: { ...told, ...(key && { key }) },
      },
    };
  });
  const results = await writer.appendEach(workspaceId, drafts);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw new Error('A row could not be recorded', { cause: failed });
}

let made = 0;
/** A row of PostHog; the next one is a millisecond younger, unless it says otherwise. */
export const row = (more: object = {}): string => {
  made += 1;
  return JSON.stringify({
    id: `01890000-0000-7000-9000-${made.toString(16).padStart(12, '0')}`,
    user: null,
    unread: false,
    organization_id: null,
    was_impersonated: false,
    is_system: false,
    activity: 'updated',
    item_id: '1',
    scope: 'Insight',
    detail: null,
    created_at: isoOf((Date.parse('2025-01-01T00:00:00Z') + made) * 1000),
    ...more,
  });
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
  readonly json: any;
}

/** Calls below `/api/projects`. */
export const caller =
  (gateway: TestGateway, authorization = gateway.people.admin) =>
  async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { ...(authorization && { authorization }), ...(init.headers as Record<string, string>) };
    const url = path.startsWith('http') ? path : `${gateway.url}/api/projects${path}`;
    const response = await fetch(url, { ...init, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    };
  };
