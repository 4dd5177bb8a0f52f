import { describe, expect, it } from 'vitest';
import { completionEvent, signatureOf } from '../../../scripts/upstreams/thrive-webhooks.js';
import type { ThriveSettings } from '../../../src/sources/thrive/api.js';
import { thriveWebhooks, webhookTag } from '../../../src/sources/thrive/webhooks.js';

const read = (event: unknown) =>
  thriveWebhooks.read(Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)), {}, {} as ThriveSettings);
const verify = (body: string, signature: string | undefined) =>
  thriveWebhooks.verify({ 'x-hmac-signature': signature }, Buffer.from(body), 'secret');

describe('a signature', () => {
  it('is over the raw bytes, and nothing else passes', () => {
    const body = '{ "eventType":"content.completed", "x":"\u00e9" }';
    const right = signatureOf(body, 'secret');
    expect(verify(body, right)).toBe(true);
    expect(verify(JSON.stringify(JSON.parse(body)), right)).toBe(false);
    for (const wrong of [
      undefined,
      '',
      'sha256=',
      right.slice(7),
      right.toUpperCase(),
      signatureOf(body, 'other'),
      `${right} `,
    ]) {
      expect(verify(body, wrong)).toBe(false);
    }
  });
});

describe('a completion', () => {
  it('becomes an entry that says how it came', () => {
    const event = completionEvent({ eventType: 'content.passed' });
    const native = JSON.stringify(event, null, 1);
    const { rows } = read(native);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      entry: {
        action: 'passed',
        actionClass: 'PASSED',
        outcome: 'SUCCESS',
        occurredAtMicros: Date.parse(event.createdAt) * 1000,
        object: { type: 'content', id: '64a1b2c3d4e5f6789abcdef0', name: 'Health & Safety Induction' },
        tags: [webhookTag],
        native,
      },
      actor: {
        kind: 'USER',
        nativeId: 'usr_abc123',
        email: 'jane.smith@acme.com',
        username: 'EMP-00042',
        name: 'Jane Smith',
      },
      activityId: '64a1b2c3d4e5f6789abcdef0',
    });
    expect(rows[0]!.actor.isEmailVerified).toBeUndefined();
  });

  it('sent again is the same one, whatever was looked up meanwhile; another one is not', () => {
    const keyOf = (event: object) => {
      const { nativeKey, contentHash } = read(event).rows[0]!;
      return `${nativeKey} ${contentHash}`;
    };
    const event = completionEvent();
    const again = { ...event, dispatchedAt: '2026-01-02T04:00:00Z', content: { ...event.content, title: null } };
    expect(keyOf(again)).toBe(keyOf(event));
    const others = [
      { ...event, eventType: 'content.passed' },
      { ...event, tenantId: 'other' },
      { ...event, createdAt: '2026-01-02T03:04:05.679Z' },
      { ...event, user: { ...event.user, id: 'usr_2' } },
      { ...event, content: { ...event.content, id: '64a1b2c3d4e5f6789abcdef1' } },
    ];
    expect(new Set([event, ...others].map(keyOf)).size).toBe(6);
  });

  it('of nobody, or without a time, is told as such', () => {
    expect(read({ ...completionEvent(), user: null, content: null }).rows[0]).toMatchObject({
      actor: { kind: 'UNKNOWN' },
    });
    expect(read({ ...completionEvent(), createdAt: null, dispatchedAt: 'soon' })).toMatchObject({
      rows: [],
      rejected: ['no time'],
    });
  });
});

describe('another delivery', () => {
  it('is taken, and no activity', () => {
    expect(read({ eventType: 'comment.created', tenantId: 't' })).toEqual({ rows: [] });
  });

  it.each(['', 'null', '[]', '{}', '<html>'])('%j is malformed', (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ kind: 'MALFORMED' }));
  });
});
