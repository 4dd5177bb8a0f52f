import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { StoredSecret } from '../store/credential-document.js';

/** What the secrets that we make begin with, so that people and secret scanners recognise them. */
export const secretPrefixes = { API_KEY: 'agw_', CLIENT: 'agwc_', BASIC: 'agwb_' } as const;

/** No secret is longer; a longer text is refused before any work is done on it. */
export const maxSecretLength = 512;

/** A new secret with 192 random bits. */
export const makeSecret = (kind: keyof typeof secretPrefixes): string =>
  `${secretPrefixes[kind]}${randomBytes(24).toString('base64url')}`;

/** SHA-256 of a secret, base64. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64');

/** What to keep of a secret that we made. Not for secrets that people choose: those want a slow hash. */
export const storedMadeSecret = (secret: string): StoredSecret => ({ algorithm: 'sha256', hash: hashSecret(secret) });

/** Whether two secrets are equal, in a time that does not tell how much of them is. */
export const matchesSecret = (given: string, expected: string): boolean =>
  equalHashes(hashSecret(given), hashSecret(expected));

/** Compares two hashes (base64) in a time that does not tell where they differ. */
export function equalHashes(one: string, other: string): boolean {
  const left = Buffer.from(one, 'base64');
  const right = Buffer.from(other, 'base64');
  return left.length === right.length && timingSafeEqual(left, right);
}
