import { z } from 'zod';
import { microsOf } from '../../base/instants.js';
import type { Delivered, IngestedRow, Receiver } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import { deliveredJson, isSignedBy } from '../signed-deliveries.js';
import { type ThriveSettings, webhookSecret } from './api.js';
import { actionClassOfType } from './types.js';

/** On every entry that a webhook brought: it has no id in common with the polled record of the same deed. */
export const webhookTag = 'thrive-webhook';

const text = z.string().nullish();
const eventSchema = z.looseObject({
  eventType: z.string(),
  tenantId: text,
  createdAt: text,
  dispatchedAt: text,
  user: z.looseObject({ id: text, reference: text, email: text, firstName: text, lastName: text }).nullish(),
  content: z.looseObject({ id: text, title: text, type: text }).nullish(),
});
type ThriveEvent = z.output<typeof eventSchema>;

/**
 * Thrive's webhooks. Completions become entries; what else it tells of is taken and is no activity. `x-hmac-signature` is
 * `sha256=` and the HMAC-SHA256 of the raw body in hexadecimal digits.
 */
export const thriveWebhooks: Receiver<ThriveSettings> = {
  secret: webhookSecret,
  verify: (headers, rawBody, secret) => isSignedBy(secret, rawBody, headers['x-hmac-signature']),
  read: (rawBody) => readDelivery(Buffer.from(rawBody).toString('utf8')),
};

const actions: ReadonlyMap<string, string> = new Map([
  ['content.completed', 'completed'],
  ['content.passed', 'passed'],
]);

function readDelivery(native: string): Delivered {
  const event = eventSchema.safeParse(deliveredJson(native));
  if (!event.success) throw malformed('The delivery is no event of Thrive');
  const action = actions.get(event.data.eventType);
  if (action === undefined) return { rows: [] };
  const at = event.data.createdAt ?? event.data.dispatchedAt;
  if (at == null || Number.isNaN(Date.parse(at))) return { rows: [], rejected: ['no time'] };
  return { rows: [toRow(event.data, action, at, native)] };
}

/**
 * Events that agree in type, tenant, user, content and time are one: Thrive sends an event again until it is taken, each
 * time with another `dispatchedAt`, and names and titles may be missing from one and not from the other.
 */
function toRow(
  { eventType, tenantId, user, content }: ThriveEvent,
  action: string,
  at: string,
  native: string,
): IngestedRow {
  const hash = contentHashOf({ eventType, tenantId, userId: user?.id, contentId: content?.id, at });
  const name = [user?.firstName, user?.lastName].filter(Boolean).join(' ');
  return {
    nativeKey: `webhook:${hash}`,
    contentHash: hash,
    entry: {
      action,
      actionClass: actionClassOfType(action),
      occurredAtMicros: microsOf(at),
      ...(content && {
        object: {
          type: 'content',
          ...(content.id && { id: content.id }),
          ...(content.title && { name: content.title }),
        },
      }),
      outcome: action === 'passed' ? 'SUCCESS' : undefined,
      tags: [webhookTag],
      native,
    },
    actor: user?.id
      ? {
          kind: 'USER',
          nativeId: user.id,
          ...(user.email && { email: user.email }),
          ...(user.reference && { username: user.reference }),
          ...(name && { name }),
        }
      : { kind: 'UNKNOWN' },
    activityId: content?.id ?? undefined,
  };
}
