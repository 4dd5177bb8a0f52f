import { createHmac } from 'node:crypto';
import { sleep } from '../../src/base/lifecycle.js';

/** What Thrive says when somebody completed something. It names no activity record. */
export interface CompletionEvent {
  readonly eventType: 'content.completed' | 'content.passed';
  readonly tenantId: string;
  readonly user: Readonly<Record<string, string | null>>;
  readonly content: Readonly<Record<string, string | null | readonly string[]>>;
  readonly createdAt: string;
  readonly dispatchedAt: string;
}

export const completionEvent = (over: Partial<CompletionEvent> = {}): CompletionEvent => ({
  eventType: 'content.completed',
  tenantId: 'acme-corp',
  user: {
    id: 'usr_abc123',
    reference: 'EMP-00042',
    email: 'jane.smith@acme.com',
    firstName: 'Jane',
    lastName: 'Smith',
  },
  content: {
    id: '64a1b2c3d4e5f6789abcdef0',
    title: 'Health & Safety Induction',
    type: 'course',
    urls: ['https://acme.learn.link/content/64a1b2c3d4e5f6789abcdef0'],
  },
  createdAt: '2026-01-02T03:04:05.678Z',
  dispatchedAt: '2026-01-02T03:04:06.000Z',
  ...over,
});

/** Over the body's own bytes. */
export const signatureOf = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/**
 * Sends an event as Thrive does: signed, and again with growing pauses until it is taken; five more times at most. Each
 * try says anew when it was dispatched. Answers the last status, 0 where nobody answered.
 */
export async function sendWebhook(
  url: string,
  event: CompletionEvent,
  secret: string | undefined,
  pauseMs = 1_000,
): Promise<number> {
  let status = 0;
  for (let attempt = 0; attempt <= 5; attempt += 1) {
    if (attempt > 0) await sleep(pauseMs * 2 ** (attempt - 1));
    const body = JSON.stringify({ ...event, dispatchedAt: new Date().toISOString() });
    const headers = {
      'content-type': 'application/json',
      ...(secret && { 'x-hmac-signature': signatureOf(body, secret) }),
    };
    status = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(30_000) }).then(
      (response) => response.status,
      () => 0,
    );
    if (status >= 200 && status < 300) break;
  }
  return status;
}
