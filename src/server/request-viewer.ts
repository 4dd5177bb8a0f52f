import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import type { Config } from '../base/config.js';
import { noCredential } from '../graphql/no-credential.js';
import type { Viewer } from '../model/viewer.js';

export interface ViewerParts {
  readonly config: Pick<Config, 'NODE_ENV'>;
  readonly authenticator: Authenticate;
}

/**
 * Undefined for who shows no credential, where that may at least look at the schema.
 * @throws CodedError as `authenticate`.
 */
export async function requestViewer(request: FastifyRequest, parts: ViewerParts): Promise<Viewer | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return parts.authenticator.authenticate(authorization);
  if (parts.config.NODE_ENV === 'production') throw noCredential();
  return undefined;
}
