import { type Clock, systemClock } from '../base/clock.js';
import { badInput, CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import { expandScopes, type Scope } from '../model/scopes.js';
import type { Viewer } from '../model/viewer.js';
import type { Workspace } from '../model/workspace.js';
import type { CredentialRecord } from '../store/credential-document.js';
import type { CredentialStore } from '../store/credentials.js';
import type { UnscopedStore } from '../store/unscoped.js';
import { parseAuthorization, unauthenticated } from './authorization.js';
import { FreshCache } from './fresh-cache.js';
import { covers } from './policies.js';
import { equalHashes, hashSecret, maxSecretLength } from './secrets.js';
import { SlowSecrets } from './slow-secrets.js';
import { AccessTokens, tokenLifetimeSeconds } from './tokens.js';

/** Who an Authorization header speaks for: what doors need of the authenticator. */
export interface Authenticate {
  /** @throws CodedError UNAUTHENTICATED, SERVICE_UNAVAILABLE where that cannot be found out, RATE_LIMITED. */
  authenticate(authorization: string | undefined): Promise<Viewer>;
}

export interface AuthenticatorOptions {
  readonly credentials: CredentialStore;
  readonly unscoped: UnscopedStore;
  /** Signs access tokens; the same in every process, at least 32 characters. */
  readonly tokenSecret: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly slowSecrets?: SlowSecrets;
}

export interface TokenRequest {
  /** The workspace's key or id. */
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Names separated by spaces; absent or empty: all that the client has. */
  readonly scope?: string;
}

export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: typeof tokenLifetimeSeconds;
  readonly scope: string;
}

/** How old what this process knows of a credential may be: a revoked one is refused everywhere after this time. */
export const credentialMaxAgeMs = 500;

/** Credentials in, Viewer out. One per process. */
export class Authenticator implements Authenticate {
  readonly #credentials: CredentialStore;
  readonly #unscoped: UnscopedStore;
  readonly #tokens: AccessTokens;
  readonly #slow: SlowSecrets;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #byId;
  readonly #byHash;
  readonly #byClientId;
  readonly #candidates;
  readonly #workspaces;

  constructor(options: AuthenticatorOptions) {
    this.#credentials = options.credentials;
    this.#unscoped = options.unscoped;
    this.#clock = options.clock ?? systemClock;
    this.#tokens = new AccessTokens(options.tokenSecret, this.#clock);
    this.#slow = options.slowSecrets ?? new SlowSecrets({ clock: this.#clock });
    this.#logger = options.logger;
    const cache = <T>() => new FreshCache<T>(this.#clock, credentialMaxAgeMs, 10_000);
    this.#byId = cache<CredentialRecord | undefined>();
    this.#byHash = cache<CredentialRecord | undefined>();
    this.#byClientId = cache<CredentialRecord | undefined>();
    this.#candidates = cache<CredentialRecord[]>();
    this.#workspaces = cache<Workspace | undefined>();
  }

  /**
   * Who sends this Authorization header.
   * @throws CodedError UNAUTHENTICATED for one that is missing, malformed, unknown, expired or revoked;
   * SERVICE_UNAVAILABLE when the store cannot be asked; RATE_LIMITED when too many slow secrets are being checked.
   */
  async authenticate(authorization: string | undefined): Promise<Viewer> {
    const presented = parseAuthorization(authorization);
    try {
      switch (presented.kind) {
        case 'accessToken':
          return await this.#byToken(presented.token);
        case 'madeKey':
          return this.#viewer(await this.#byMadeKey(presented.secret));
        case 'chosenKey':
          return this.#viewer(await this.#byChosenKey(presented.secret));
        case 'basic':
          return this.#viewer(await this.#byBasic(presented.tenant, presented.secret));
      }
    } catch (error) {
      if (error instanceof CodedError) {
        this.#logger.debug(
          { code: error.code, reason: error.message, kind: presented.kind },
          'credential not accepted',
        );
      }
      throw error;
    }
  }

  /**
   * An access token for a client's id and secret.
   * @throws CodedError UNAUTHENTICATED for a wrong tenant, client or secret, without telling which;
   * BAD_USER_INPUT naming `scope` for a scope that is unknown or not the client's; else as `authenticate`.
   */
  async issueToken(request: TokenRequest): Promise<IssuedToken> {
    const client = await this.#client(request);
    const names = (request.scope ?? '').split(' ').filter((name) => name !== '');
    const wanted = names.length === 0 ? client.scopes : expandScopes(names);
    if (!wanted) throw badInput('scope', 'The scope names one that does not exist');
    const missing = wanted.find((scope) => !covers(client.scopes, scope));
    if (missing) throw badInput('scope', `The client does not have the scope ${missing}`);
    const accessToken = await this.#tokens.issue({
      workspaceId: client.workspaceId,
      credentialId: client.id,
      version: client.version,
      scopes: wanted,
    });
    const scope = (names.length === 0 ? wanted : [...new Set(names)]).join(' ');
    return { accessToken, expiresIn: tokenLifetimeSeconds, scope };
  }

  /**
   * Whether a viewer's credential is what it was when the viewer was made: for what stays open for long.
   * @throws CodedError SERVICE_UNAVAILABLE when that cannot be checked, which is no revocation.
   */
  async stillGood(viewer: Viewer): Promise<boolean> {
    if (viewer.expiresAt && viewer.expiresAt <= this.#clock.now()) return false;
    const credential = await this.#current(viewer.workspaceId, viewer.credentialId);
    if (!credential || this.#fault(credential)) return false;
    return viewer.credentialVersion === undefined || viewer.credentialVersion === credential.version;
  }

  async #byToken(token: string): Promise<Viewer> {
    const claims = await this.#tokens.read(token);
    const credential = await this.#current(claims.workspaceId, claims.credentialId);
    if (!credential) throw unauthenticated('The credential of this access token does not exist');
    this.#requireGood(credential);
    if (credential.version !== claims.version) {
      throw unauthenticated('The credential was changed since this access token was given out; get a new one');
    }
    return this.#viewer(credential, claims.scopes, claims.expiresAt);
  }

  async #byMadeKey(secret: string): Promise<CredentialRecord> {
    const hash = hashSecret(secret);
    const credential = await this.#byHash.get(hash, () => this.#unscoped.apiKeyByHash(hash));
    if (!credential || !equalHashes(hash, credential.secret.hash)) throw unauthenticated('The API key is unknown');
    return this.#requireGood(credential);
  }

  async #byChosenKey(secret: string): Promise<CredentialRecord> {
    const candidates = await this.#candidates.get('', () => this.#unscoped.slowApiKeys());
    return this.#firstMatch(candidates, secret, 'The API key is unknown');
  }

  async #byBasic(tenant: string, secret: string): Promise<CredentialRecord> {
    const refusal = 'Tenant or secret is wrong';
    const workspace = await this.#workspace(tenant);
    if (!workspace) throw unauthenticated(refusal);
    const hash = hashSecret(secret);
    const candidates = await this.#candidates.get(`${workspace.id} ${hash}`, () =>
      this.#credentials.basicCandidates(workspace.id, hash),
    );
    return this.#firstMatch(candidates, secret, refusal);
  }

  async #client({ tenant, clientId, clientSecret }: TokenRequest): Promise<CredentialRecord> {
    const refusal = 'Tenant, client id or client secret is wrong';
    if (Math.max(tenant.length, clientId.length, clientSecret.length) > maxSecretLength) throw unauthenticated(refusal);
    const workspace = await this.#workspace(tenant);
    if (!workspace) throw unauthenticated(refusal);
    const client = await this.#byClientId.get(`${workspace.id} ${clientId}`, () =>
      this.#credentials.getByClientId(workspace.id, clientId),
    );
    if (client?.kind !== 'CLIENT') throw unauthenticated(refusal);
    return this.#firstMatch([client], clientSecret, refusal);
  }

  async #firstMatch(candidates: CredentialRecord[], secret: string, refusal: string): Promise<CredentialRecord> {
    for (const candidate of candidates) {
      if (!(await this.#matches(candidate, secret))) continue;
      // A slow check may have waited in line for longer than the candidate is fresh.
      const current = await this.#current(candidate.workspaceId, candidate.id);
      if (current?.version === candidate.version) return this.#requireGood(current);
    }
    throw unauthenticated(refusal);
  }

  async #matches(credential: CredentialRecord, secret: string): Promise<boolean> {
    const stored = credential.secret;
    if (stored.algorithm === 'sha256') return equalHashes(hashSecret(secret), stored.hash);
    return this.#slow.verify(credential.workspaceId, secret, stored);
  }

  #current(workspaceId: Id, id: Id): Promise<CredentialRecord | undefined> {
    return this.#byId.get(`${workspaceId} ${id}`, () => this.#credentials.get(workspaceId, id));
  }

  #workspace(tenant: string): Promise<Workspace | undefined> {
    return this.#workspaces.get(tenant, () => this.#unscoped.findWorkspace(tenant));
  }

  /** Why a credential is not good, if it is not. */
  #fault(credential: CredentialRecord): string | undefined {
    if (credential.revokedAt) return 'The credential was revoked';
    if (credential.expiresAt && credential.expiresAt <= this.#clock.now()) return 'The credential is expired';
    return undefined;
  }

  #requireGood(credential: CredentialRecord): CredentialRecord {
    const fault = this.#fault(credential);
    if (fault) throw unauthenticated(fault);
    return credential;
  }

  #viewer(credential: CredentialRecord, scopes: readonly Scope[] = credential.scopes, tokenEnd?: Date): Viewer {
    const { id, workspaceId, userId, version } = credential;
    const ends = [credential.expiresAt, tokenEnd].flatMap((end) => end?.getTime() ?? []);
    return {
      workspaceId,
      credentialId: id,
      credentialVersion: version,
      owner: userId === undefined ? `client:${id}` : `user:${userId}`,
      ...(userId === undefined ? {} : { userId }),
      scopes: new Set(scopes),
      ...(ends.length === 0 ? {} : { expiresAt: new Date(Math.min(...ends)) }),
    };
  }
}
