import { createHmac } from 'node:crypto';
import { matchesSecret } from '../auth/secrets.js';
import { malformed } from '../ingest/upstream-error.js';

/** Whether a header is `sha256=` and the HMAC-SHA256 of the raw body in hexadecimal digits. Compares in constant time. */
export const isSignedBy = (secret: string, rawBody: Uint8Array, header: string | undefined): boolean =>
  matchesSecret(header ?? '', `sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`);

/** What a delivery's text holds. @throws UpstreamError MALFORMED */
export function deliveredJson(native: string): unknown {
  try {
    return JSON.parse(native);
  } catch (error) {
    throw malformed('The delivery is no JSON', error);
  }
}
