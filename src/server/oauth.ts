import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IssuedToken, TokenRequest } from '../auth/authenticate.js';
import { decodeBasic } from '../auth/authorization.js';
import { CodedError } from '../base/errors.js';

/** What the token endpoint needs of the authenticator. */
export interface TokenIssuer {
  issueToken(request: TokenRequest): Promise<IssuedToken>;
}

/** The error codes of RFC 6749 section 5.2, and what stands in for a 5xx that the RFC has no code for. */
type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'
  | 'server_error';

class OAuthError extends Error {
  constructor(
    readonly code: OAuthCode,
    description: string,
    readonly httpStatus = 400,
    readonly retryAfterSeconds?: number,
  ) {
    super(description);
  }
}

const maxBodyBytes = 16 * 1024;
const invalid = (description: string): OAuthError => new OAuthError('invalid_request', description);

/**
 * Serves `POST /oauth2/token/:tenantId`, also under `/rest/v1`: the client credentials grant of RFC 6749 section 4.4.
 * The client authenticates in the body or by Basic; the body is a form, or (leniently) JSON.
 */
export async function registerOAuth(
  app: FastifyInstance,
  { authenticator }: { authenticator: TokenIssuer },
): Promise<void> {
  // Its own scope: the parsers and the error shape are for these routes alone.
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(formbody, { bodyLimit: maxBodyBytes });
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: maxBodyBytes },
      (_request, body, done) => {
        try {
          done(null, JSON.parse(String(body)));
        } catch {
          done(invalid('The body is not the JSON that its content type says'));
        }
      },
    );
    scope.setErrorHandler((error, request, reply) => answerError(error, request, reply));
    for (const path of ['/oauth2/token/:tenantId', '/rest/v1/oauth2/token/:tenantId']) {
      scope.post<{ Params: { tenantId: string } }>(path, async (request, reply) => {
        const issued = await authenticator.issueToken(tokenRequest(request.params.tenantId, request));
        return noStore(reply).send({
          access_token: issued.accessToken,
          token_type: 'Bearer',
          expires_in: issued.expiresIn,
          scope: issued.scope,
        });
      });
      scope.route({
        method: ['GET', 'PUT', 'PATCH', 'DELETE'],
        url: path,
        handler: async (_request, reply) => {
          reply.header('allow', 'POST');
          throw new OAuthError('invalid_request', 'The token endpoint takes POST only', 405);
        },
      });
    }
  });
}

function tokenRequest(tenant: string, request: FastifyRequest): TokenRequest {
  const parameter = parametersOf(request.body);
  const grantType = parameter('grant_type');
  if (grantType === undefined) throw invalid('grant_type is missing; it must be client_credentials');
  if (grantType !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', 'grant_type must be client_credentials');
  }
  const client = clientOf(request.headers.authorization, parameter('client_id'), parameter('client_secret'));
  const scope = parameter('scope');
  return { tenant, ...client, ...(scope === undefined ? {} : { scope }) };
}

/** Reads parameters of the body. One without a value counts as left out, one given twice is an error (RFC 6749 section 3.2). */
function parametersOf(body: unknown): (name: string) => string | undefined {
  if (body === undefined || body === null) {
    throw invalid(
      'The body must be a form: grant_type=client_credentials and so on, as application/x-www-form-urlencoded',
    );
  }
  if (typeof body !== 'object' || Array.isArray(body)) throw invalid('The body must hold named parameters');
  const given = new Map<string, unknown>(Object.entries(body));
  return (name) => {
    const value = given.get(name);
    if (value === undefined || value === null || value === '') return undefined;
    if (Array.isArray(value)) throw invalid(`${name} is given more than once`);
    if (typeof value !== 'string') throw invalid(`${name} must be a string`);
    return value;
  };
}

function clientOf(
  authorization: string | undefined,
  id: string | undefined,
  secret: string | undefined,
): { clientId: string; clientSecret: string } {
  if (authorization === undefined) {
    if (id === undefined || secret === undefined) {
      throw new OAuthError('invalid_client', 'client_id and client_secret are missing', 401);
    }
    return { clientId: id, clientSecret: secret };
  }
  const pair = decodeBasic(/^\s*basic\s+(\S+)\s*$/i.exec(authorization)?.[1] ?? '');
  if (!pair)
    throw new OAuthError('invalid_client', 'The Authorization header must be Basic client_id:client_secret', 401);
  const [clientId, clientSecret] = pair.map(formDecoded) as [string, string];
  if (secret !== undefined)
    throw invalid('The client authenticates in the Authorization header and in the body; use one');
  if (id !== undefined && id !== clientId) throw invalid('client_id differs from the Authorization header');
  return { clientId, clientSecret };
}

/** Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1). */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const noStore = (reply: FastifyReply): FastifyReply =>
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = toOAuthError(error);
  if (told.code === 'server_error') request.log.error({ err: error }, 'the token endpoint failed');
  if (told.retryAfterSeconds !== undefined) reply.header('retry-after', String(told.retryAfterSeconds));
  if (told.httpStatus === 401 && request.headers.authorization !== undefined) {
    reply.header('www-authenticate', 'Basic realm="oauth2/token", charset="UTF-8"');
  }
  return noStore(reply).code(told.httpStatus).send({ error: told.code, error_description: told.message });
}

function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  if (error instanceof CodedError) {
    switch (error.code) {
      case 'UNAUTHENTICATED':
        return new OAuthError('invalid_client', error.message, 401);
      case 'BAD_USER_INPUT':
        return new OAuthError(error.field === 'scope' ? 'invalid_scope' : 'invalid_request', error.message);
      case 'SERVICE_UNAVAILABLE':
      case 'RATE_LIMITED':
        return new OAuthError('temporarily_unavailable', error.message, error.httpStatus, error.retryAfterSeconds ?? 1);
    }
  }
  // What Fastify itself refuses: a body too large, a content type that nobody parses.
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 413) return new OAuthError('invalid_request', 'The body is too large', 413);
  if (status === 415) return invalid('The body must be application/x-www-form-urlencoded');
  if (typeof status === 'number' && status >= 400 && status < 500) return invalid('The request is malformed');
  return new OAuthError('server_error', 'The token endpoint failed; try again in a moment', 500);
}
