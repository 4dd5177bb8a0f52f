import { validateHeaderValue } from 'node:http';
import { z } from 'zod';
import type { SecretDescription, Session } from '../../ingest/connector.js';
import { elementsAt } from '../../ingest/json-elements.js';
import type { UpstreamAnswer, UpstreamRequest } from '../../ingest/upstream.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';
import { callWithToken } from '../access-token.js';

/** Where AWorld gives tokens to machines; a host of its own. */
export const authOrigin = 'https://auth.aworld.cloud';

/** Whether a header can carry the text as it is: in Latin-1, without line breaks, and with no blanks that would be cut off. */
export function isHeaderValue(text: string): boolean {
  try {
    validateHeaderValue('x-user-id', text);
    return text.trim() === text;
  } catch {
    return false;
  }
}

const id = z.string().min(1).max(200).refine(isHeaderValue, 'cannot be sent as a header, in which users are named');
const ids = (of: string) => z.array(id).max(1_000).default([]).describe(of);

export const settings = z.strictObject({
  userIds: ids("AWorld's ids of the users whose logs are read: there is no list of everybody's"),
  externalUserIds: ids('The same, by the ids that AWorld keeps for another system'),
  limit: z.number().int().min(1).max(1_000).default(100).describe('Logs a page. Changing it has everything read again'),
  clientId: z.string().min(1).max(200).optional().describe('Of the machine client, where clientSecret is set'),
  tokenUrl: z
    .string()
    .default(`${authOrigin}/oauth2/token`)
    .refine(
      (url) => url.startsWith('/') || url.startsWith(`${authOrigin}/`),
      `must begin with ${authOrigin}/ or be a path`,
    )
    .describe("Where the machine client gets its tokens: at AWorld's own host, or a path below the base URL"),
  scope: z.string().min(1).max(500).default('app/read').describe('What the machine client asks for'),
});
export type AWorldSettings = z.output<typeof settings>;
export type AWorldSession = Session<AWorldSettings>;

export const secrets: readonly SecretDescription[] = [
  { name: 'token', isRequired: false, meaning: "A user's access token: that user's own logs. Or set clientSecret" },
  { name: 'clientSecret', isRequired: false, meaning: 'The secret of a machine client; set clientId beside it' },
];

export const path = '/app/v1/activity-logs';

/** Whose list is read: by which header the call names them. A user's own token names nobody. */
export interface Whose {
  readonly header?: 'x-user-id' | 'x-external-user-id';
  readonly id: string;
}

export interface LogPage {
  readonly texts: readonly string[];
  readonly nextToken?: string;
}

const pageAnswer = z.looseObject({ items: z.array(z.unknown()), nextToken: z.string().nullish() });

/** A page of one user's logs, what was written first before what was written later. */
export async function readPage(session: AWorldSession, whose: Whose, nextToken?: string): Promise<LogPage> {
  const answer = await call(session, {
    path,
    query: { limit: session.settings.limit, order: 'asc', sort: 'updatedAt', nextToken },
    headers: whose.header && { [whose.header]: whose.id },
  });
  const parsed = pageAnswer.safeParse(answer.json());
  if (!parsed.success) throw malformed('The source answered no page of activity logs');
  return { texts: elementsAt(answer.text, ['items'])!, nextToken: parsed.data.nextToken || undefined };
}

/** As a machine client where a client secret is set, else with the token that was given. */
export function call(session: AWorldSession, request: UpstreamRequest): Promise<UpstreamAnswer> {
  const { upstream, settings, secrets } = session;
  const as = (authorization: string) => upstream.call({ ...request, headers: { ...request.headers, authorization } });
  const { clientId, tokenUrl, scope } = settings;
  if (secrets.clientSecret !== undefined) {
    if (clientId === undefined) throw new UpstreamError('MISCONFIGURED', 'The setting clientId must be set, too');
    const basic = Buffer.from(`${clientId}:${secrets.clientSecret}`).toString('base64');
    const tokenRequest = {
      method: 'POST',
      path: tokenUrl,
      headers: { authorization: `Basic ${basic}` },
      form: { grant_type: 'client_credentials', scope },
    } as const;
    return callWithToken(session, tokenRequest, as);
  }
  if (secrets.token === undefined) {
    throw new UpstreamError('MISCONFIGURED', 'One of the secrets token and clientSecret must be set');
  }
  return as(`Bearer ${secrets.token}`);
}
