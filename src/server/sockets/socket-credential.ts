import type { Authenticate } from '../../auth/authenticate.js';
import type { Config } from '../../base/config.js';
import { CodedError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Live } from '../../graphql/live/live.js';
import { patiently } from '../../graphql/live/patience.js';
import type { Viewer } from '../../model/viewer.js';
import type { OpenConnections } from '../connections/open-connections.js';
import { closeCodes, type OpenSubscription, type SocketConnection } from './socket-connection.js';

export interface CredentialParts {
  readonly config: Pick<Config, 'NODE_ENV'>;
  readonly authenticator: Authenticate;
  readonly live: Live;
  readonly logger: Logger;
  readonly open: OpenConnections;
}

/**
 * Takes the credential of `connection_init`. Whoever shows none may at least look at the schema, but in production.
 * @returns whether to acknowledge; if not, the socket is closed: 4403 for a credential that is not good, 1013 where it
 * cannot be told now or too many are open.
 */
export async function showCredential(
  parts: CredentialParts,
  connection: SocketConnection,
  authorization: unknown,
): Promise<boolean> {
  try {
    if (authorization === undefined || authorization === null) return mayBeNobody(parts, connection);
    if (typeof authorization !== 'string') return false;
    const viewer = await parts.authenticator.authenticate(authorization);
    if (!connection.isOpen) return false;
    if (!parts.open.admits(viewer)) return refuseForNow(connection, 'Too many connections of this credential');
    parts.open.enter(connection, viewer);
    return true;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'UNAUTHENTICATED') return false;
    parts.logger.warn({ err: error }, 'a credential on a socket could not be checked');
    return refuseForNow(connection, 'The credential cannot be checked now');
  }
}

/**
 * Takes a new credential of the same workspace and owner in place of the one that a connection is open with. Its
 * subscriptions go on at their places; those that it does not allow end. Any other credential closes the connection.
 */
export async function renewCredential(
  parts: CredentialParts,
  connection: SocketConnection,
  authorization: string,
): Promise<void> {
  try {
    const isOver = (): boolean => !connection.isOpen;
    const viewer = await patiently(() => parts.authenticator.authenticate(authorization), isOver, parts.logger);
    const old = connection.viewer;
    if (isOver()) return;
    if (!old || viewer.workspaceId !== old.workspaceId || viewer.owner !== old.owner) {
      return connection.close(closeCodes.forbidden, 'The new credential is of another owner');
    }
    parts.open.enter(connection, viewer);
    await Promise.all([...connection.subscriptions.values()].map((one) => renewOne(parts.live, one, viewer)));
  } catch (error) {
    if (!(error instanceof CodedError)) parts.logger.error({ err: error }, 'a new credential could not be taken');
    connection.close(closeCodes.forbidden, 'The new credential is not good');
  }
}

async function renewOne(live: Live, { follower, request }: OpenSubscription, viewer: Viewer): Promise<void> {
  try {
    await live.renew(follower, viewer, request);
  } catch (error) {
    follower.end(error);
  }
}

function mayBeNobody({ config, open }: CredentialParts, connection: SocketConnection): boolean {
  if (config.NODE_ENV === 'production') return false;
  return open.admitsNobody() || refuseForNow(connection, 'Too many connections without a credential');
}

function refuseForNow(connection: SocketConnection, reason: string): false {
  connection.close(closeCodes.tryLater, reason);
  return false;
}
