import { z } from 'zod';
import type { SecretDescription, Session } from '../../ingest/connector.js';
import { elementsAt } from '../../ingest/json-elements.js';
import type { UpstreamAnswer, UpstreamRequest } from '../../ingest/upstream.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';
import { callWithToken } from '../access-token.js';

export const settings = z.strictObject({
  tenantId: z.string().min(1).max(200).describe('The Tenant ID, such as eu-west-2_AbcdEfghI'),
  clientId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Of the OAuth client. Absent: the tenant's id, which is one, too"),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('From when on records are read. Absent: from a year before the first look'),
  windowDays: z
    .number()
    .int()
    .min(1)
    .max(366)
    .default(7)
    .describe('The longest time that one call asks for. Where it holds too much for a page, less is asked for'),
  overlapSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('How far each look reaches back into what was read before; more where records come late'),
  settleSeconds: z
    .number()
    .int()
    .min(2)
    .max(3_600)
    .default(5)
    .describe('Nothing younger than this is asked for, so that no record is written into a time that was read'),
  perPage: z
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(1_000)
    .describe('Records a page; 1,000 is the most that Thrive gives'),
});
export type ThriveSettings = z.output<typeof settings>;
export type ThriveSession = Session<ThriveSettings>;

export const webhookSecret = 'webhookSecret';

export const secrets: readonly SecretDescription[] = [
  { name: 'apiSecret', isRequired: false, meaning: 'The API secret of the tenant; or set clientSecret' },
  { name: 'clientSecret', isRequired: false, meaning: 'The secret of an OAuth client with the scope api/read' },
  { name: webhookSecret, isRequired: false, meaning: 'What Thrive signs its webhooks with, as agreed with its staff' },
];

/** A page of records, each in its own bytes. */
export interface RecordPage {
  readonly texts: readonly string[];
  readonly totalResults: number;
  readonly totalPages: number;
  /** What the source's clock said when it was asked, in seconds since 1970; Infinity where it does not tell. */
  readonly askedAt: number;
}

const pageAnswer = z.looseObject({
  pagination: z.looseObject({ totalResults: z.number(), totalPages: z.number() }),
  results: z.array(z.unknown()),
});

/**
 * One page of `GET /activities`. Its filters are to the second and say no zone; it takes them in UTC.
 * @param from whole seconds since 1970, as `to`. Whether either end belongs to it is not documented.
 */
export async function readPage(session: ThriveSession, from: number, to: number, page = 1): Promise<RecordPage> {
  const start = session.now.getTime();
  const answer = await call(session, {
    path: '/rest/v1/activities',
    query: { page, perPage: session.settings.perPage, timestampFrom: wallTime(from), timestampTo: wallTime(to) },
  });
  const parsed = pageAnswer.safeParse(answer.json());
  if (!parsed.success) throw malformed('The source answered no page of activity records');
  const { totalResults, totalPages } = parsed.data.pagination;
  const askedAt = sourceTime(answer, session.now.getTime() - start);
  return { texts: elementsAt(answer.text, ['results'])!, totalResults, totalPages, askedAt };
}

/** From the `Date` of an answer that took so long. */
function sourceTime({ headers: { date } }: UpstreamAnswer, tookMs: number): number {
  const ms = date === undefined ? Number.NaN : Date.parse(date) - Math.max(0, tookMs);
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : Math.floor(ms / 1000);
}

const wallTime = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** With OAuth where a client secret is set, else with Basic. */
function call(session: ThriveSession, request: UpstreamRequest): Promise<UpstreamAnswer> {
  const { upstream, settings, secrets } = session;
  const { tenantId, clientId = tenantId } = settings;
  const as = (authorization: string) => upstream.call({ ...request, headers: { authorization } });
  if (secrets.clientSecret !== undefined) {
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secrets.clientSecret,
      scope: 'api/read',
    };
    const tokenRequest = { method: 'POST', path: `/oauth2/token/${encodeURIComponent(tenantId)}`, form } as const;
    return callWithToken(session, tokenRequest, as);
  }
  if (secrets.apiSecret === undefined) {
    throw new UpstreamError('MISCONFIGURED', 'One of the secrets apiSecret and clientSecret must be set');
  }
  return as(`Basic ${Buffer.from(`${tenantId}:${secrets.apiSecret}`).toString('base64')}`);
}
