import { z } from 'zod';
import type { Session } from '../ingest/connector.js';
import type { UpstreamAnswer, UpstreamRequest } from '../ingest/upstream.js';
import { malformed, UpstreamError } from '../ingest/upstream-error.js';

const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() });
const remembered = 'access token';

/**
 * A call with an access token that is got where there is none or it has run out. A token that the source refuses all the
 * same is forgotten, and the call made once more.
 * @throws UpstreamError as the calls do.
 */
export async function callWithToken(
  session: Session<unknown>,
  tokenRequest: UpstreamRequest,
  call: (authorization: string) => Promise<UpstreamAnswer>,
): Promise<UpstreamAnswer> {
  const token = () => session.remembered(remembered, () => getToken(session, tokenRequest));
  const first = await token();
  try {
    return await call(`Bearer ${first}`);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 401) throw error;
    session.forget(remembered);
    return call(`Bearer ${await token()}`);
  }
}

async function getToken({ upstream, now }: Session<unknown>, request: UpstreamRequest) {
  const parsed = tokenAnswer.safeParse((await upstream.call(request)).json());
  if (!parsed.success) throw malformed('The source answered no access token');
  return { value: parsed.data.access_token, expiresAt: new Date(now.getTime() + parsed.data.expires_in * 1000) };
}
