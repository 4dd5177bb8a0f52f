import { CodedError } from '../base/errors.js';
import { maxSecretLength, secretPrefixes } from './secrets.js';

/** What an Authorization header holds, not yet checked. */
export type Presented =
  | { readonly kind: 'basic'; readonly tenant: string; readonly secret: string }
  | { readonly kind: 'accessToken'; readonly token: string }
  /** An API key of our own making. */
  | { readonly kind: 'madeKey'; readonly secret: string }
  /** A Bearer secret in any other form: at most one that a person chose. */
  | { readonly kind: 'chosenKey'; readonly secret: string };

/** Above what a header may hold in Node anyway; a token of ours has some 500 characters. */
const maxHeaderLength = 8192;

export const unauthenticated = (message: string): CodedError => new CodedError('UNAUTHENTICATED', message);

/**
 * Takes an Authorization header apart. The messages never repeat what was sent.
 * @throws CodedError UNAUTHENTICATED when it is missing or malformed.
 */
export function parseAuthorization(header: string | undefined): Presented {
  if (header === undefined || header.trim() === '') {
    throw unauthenticated(
      'No credential; send "Authorization: Bearer <API key or access token>" or "Basic tenant:secret"',
    );
  }
  const [, scheme, rest] = /^\s*([A-Za-z]+)(?:\s+(.*?))?\s*$/s.exec(header.slice(0, maxHeaderLength + 1)) ?? [];
  const value = rest ?? '';
  if (header.length > maxHeaderLength) throw unauthenticated('The Authorization header is too long');
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return parseBearer(value);
    case 'basic':
      return parseBasic(value);
    default:
      throw unauthenticated('The Authorization header must begin with Bearer or Basic');
  }
}

function parseBearer(value: string): Presented {
  if (value === '') throw unauthenticated('Nothing follows Bearer; an API key or access token must');
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return { kind: 'accessToken', token: value };
  if (!/^[\w\-.~+/]+=*$/.test(value) || value.length > maxSecretLength) {
    throw unauthenticated('What follows Bearer is neither an API key nor an access token');
  }
  return { kind: value.startsWith(secretPrefixes.API_KEY) ? 'madeKey' : 'chosenKey', secret: value };
}

function parseBasic(value: string): Presented {
  const pair = decodeBasic(value);
  if (!pair) throw unauthenticated('What follows Basic must be "tenant:secret" in base64');
  const [tenant, secret] = pair;
  if (tenant === '') throw unauthenticated('Basic names no tenant before the colon');
  if (secret === '') throw unauthenticated('Basic holds no secret after the colon');
  if (tenant.length > 100 || secret.length > maxSecretLength) throw unauthenticated('Tenant or secret is too long');
  return { kind: 'basic', tenant, secret };
}

/** The two halves of a Basic credential (RFC 7617), split at the first colon; undefined where it is no such thing. */
export function decodeBasic(value: string): [string, string] | undefined {
  if (!/^[A-Za-z0-9+/\-_]+={0,2}$/.test(value)) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  // \p{Cc}: control characters. U+FFFD stands for bytes that are no UTF-8.
  if (colon < 0 || /[\p{Cc}\ufffd]/u.test(text)) return undefined;
  return [text.slice(0, colon), text.slice(colon + 1)];
}
