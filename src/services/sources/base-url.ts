import { isLoopback } from '../../base/config.js';
import { badInput } from '../../base/errors.js';

const maxLength = 2000;

/**
 * Where a source's API is, in one spelling and without a slash at its end. Which addresses may be called is decided again
 * when connecting, by what the name resolves to then.
 * @param allowedOrigins those that the administrator vouches for: they may be plain http.
 * @throws CodedError BAD_USER_INPUT naming `field`.
 */
export function checkBaseUrl(text: string, field: string, allowedOrigins: readonly string[]): string {
  const refuse = (message: string) => badInput(field, `${field} ${message}`);
  // A URL parser drops these silently, so that what people read would not be what is called.
  if (text.length > maxLength || /[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) {
    throw refuse(`must be an address such as https://api.example.com, of at most ${maxLength} characters`);
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('must begin with https://');
  if (url.username !== '' || url.password !== '') throw refuse('must hold no credentials; set them as secrets');
  if (url.hash !== '' || text.includes('#')) throw refuse('must have no fragment');
  if (url.search !== '' || text.includes('?')) throw refuse('must have no query');
  const isVouchedFor = isLoopback(url.hostname) || allowedOrigins.includes(url.origin);
  if (url.protocol === 'http:' && !isVouchedFor) {
    throw refuse('must begin with https://, unless the administrator allowed its origin in ALLOWED_SOURCE_ORIGINS');
  }
  return url.href.replace(/\/+$/, '');
}
