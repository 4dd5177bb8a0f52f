import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../base/clock.js';
import { type Id, isId } from '../base/ids.js';
import { type Scope, scopes } from '../model/scopes.js';
import { unauthenticated } from './authorization.js';

/** How long an access token is good. */
export const tokenLifetimeSeconds = 3600;

/** What an access token says: which credential in which version it was given to, and what it may do. */
export interface TokenClaims {
  readonly workspaceId: Id;
  readonly credentialId: Id;
  readonly version: number;
  readonly scopes: readonly Scope[];
}

const issuer = 'activity-gateway';
const type = 'at+jwt';
const id = z.string().refine(isId);
const payloadSchema = z.object({
  sub: id,
  workspace: id,
  version: z.number().int().positive(),
  scope: z
    .string()
    .transform((text) => text.split(' '))
    .pipe(z.array(z.enum(scopes))),
  exp: z.number(),
});

/** Makes and reads access tokens: JWT, HS256, under a secret that all processes of the gateway share. */
export class AccessTokens {
  readonly #key: Uint8Array;

  constructor(
    tokenSecret: string,
    private readonly clock: Clock,
  ) {
    this.#key = new TextEncoder().encode(tokenSecret);
  }

  async issue(claims: TokenClaims): Promise<string> {
    const now = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT({ workspace: claims.workspaceId, version: claims.version, scope: claims.scopes.join(' ') })
      .setProtectedHeader({ alg: 'HS256', typ: type })
      .setIssuer(issuer)
      .setSubject(claims.credentialId)
      .setIssuedAt(now)
      .setExpirationTime(now + tokenLifetimeSeconds)
      .sign(this.#key);
  }

  /** @throws CodedError UNAUTHENTICATED when the token is not ours, was changed, or is expired. */
  async read(token: string): Promise<TokenClaims & { readonly expiresAt: Date }> {
    const { payload } = await jwtVerify(token, this.#key, {
      algorithms: ['HS256'],
      typ: type,
      issuer,
      currentDate: this.clock.now(),
    }).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired) throw unauthenticated('The access token is expired; get a new one');
      if (error instanceof errors.JOSEError) throw unauthenticated('The access token is not one of ours');
      throw error;
    });
    const parsed = payloadSchema.safeParse(payload);
    if (!parsed.success) throw unauthenticated('The access token is not one of ours');
    const { sub, workspace, version, scope, exp } = parsed.data;
    return { credentialId: sub, workspaceId: workspace, version, scopes: scope, expiresAt: new Date(exp * 1000) };
  }
}
