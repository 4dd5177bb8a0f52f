import type { Receiver } from '../../ingest/connector.js';
import { deliveredJson, isSignedBy } from '../signed-deliveries.js';
import { type FalkorSettings, webhookSecret } from './api.js';

/** The platform's own name stands before it, and there are several platforms. */
const signatureHeader = /(^|-)webhook-signature$/;

/**
 * Falkor's webhooks. There is none for activity logs; the one for enrolments is sent when somebody's progress changes. It
 * holds less than the logs do, so that it only says: read them now. `<Platform>-Webhook-Signature` is `sha256=` and the
 * HMAC-SHA256 of the raw body in hexadecimal digits.
 */
export const falkorWebhooks: Receiver<FalkorSettings> = {
  secret: webhookSecret,
  verify: (headers, rawBody, secret) =>
    Object.entries(headers).some(([name, value]) => signatureHeader.test(name) && isSignedBy(secret, rawBody, value)),
  read: (rawBody) => {
    deliveredJson(Buffer.from(rawBody).toString('utf8'));
    return { rows: [], pullNow: true };
  },
};
