import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Receiver } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
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
  verify: (headers, rawBody, secret) => {
    const right = Buffer.from(`sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`);
    return Object.entries(headers).some(([name, value]) => {
      const given = Buffer.from(signatureHeader.test(name) ? (value ?? '') : '');
      return given.length === right.length && timingSafeEqual(given, right);
    });
  },
  read: (rawBody) => {
    try {
      JSON.parse(Buffer.from(rawBody).toString('utf8'));
    } catch (error) {
      throw malformed('The delivery is no JSON', error);
    }
    return { rows: [], pullNow: true };
  },
};
