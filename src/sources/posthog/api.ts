import { z } from 'zod';
import type { SecretDescription, Session } from '../../ingest/connector.js';
import { elementsAt } from '../../ingest/json-elements.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';

export const settings = z.strictObject({
  projectId: z
    .string()
    .regex(/^(@current|[A-Za-z0-9-]{1,100})$/, 'must be the number of a project, or @current')
    .default('@current')
    .describe("The project's number; @current is the one that the key's owner looked at last"),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('From when on rows are read. Absent: everything that PostHog still gives'),
  pageSize: z
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(100)
    .describe('Rows a page; versions before 2025 give 100 whatever is asked'),
  overlapSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe(
      'How far each look reaches back into what was read before: a row is seen only once its transaction has ended',
    ),
});
export type PosthogSettings = z.output<typeof settings>;
export type PosthogSession = Session<PosthogSettings>;

export const secrets: readonly SecretDescription[] = [
  { name: 'apiKey', isRequired: true, meaning: 'A personal API key (phx_…) with the scope activity_log:read' },
];

/** A page of rows, each in its own bytes. */
export interface RowPage {
  readonly texts: readonly string[];
  /** The query that asks for the page after it; absent on the last one. */
  readonly next?: string;
}

const envelope = z.looseObject({ next: z.string().nullish(), results: z.array(z.unknown()) });

/**
 * One page of `GET /api/projects/:project_id/activity_log/`, the newest row first. The page documents a bare list; real
 * answers have it in an envelope, whose `next` is a whole URL. Of that only the query is followed: behind a proxy it names
 * a host or scheme that nobody else reaches, and no answer sends the key to another origin or path.
 * @param next of the page before it; absent: the first page.
 */
export async function readPage({ upstream, settings, secrets }: PosthogSession, next?: string): Promise<RowPage> {
  const path = `/api/projects/${settings.projectId}/activity_log/`;
  const answer = await upstream.call({
    path: path + (next ?? `?page_size=${settings.pageSize}`),
    headers: { authorization: `Bearer ${secrets.apiKey}` },
    accept: [402],
  });
  if (answer.status === 402) {
    throw new UpstreamError('REFUSED', 'This PostHog gives its activity log with a paid plan only (402)', {
      status: 402,
    });
  }
  const body = answer.json();
  if (Array.isArray(body)) return { texts: elementsAt(answer.text, [])! };
  const parsed = envelope.safeParse(body);
  if (!parsed.success) throw malformed('The source answered no page of its activity log');
  return { texts: elementsAt(answer.text, ['results'])!, next: queryOf(parsed.data.next) };
}

const anyBase = 'http://any.invalid';

function queryOf(next: string | null | undefined): string | undefined {
  if (next == null) return undefined;
  const search = URL.canParse(next, anyBase) ? new URL(next, anyBase).search : '';
  if (search === '') throw malformed('The source names a next page that is no page of this list');
  return search;
}
