import { newId } from '../../src/base/ids.js';
import type { EntryDraft } from '../../src/model/log-record.js';

/** An entry of usual size, with every field that has an index; deterministic but for its id. */
export function benchDraft(writer: number, index: number): EntryDraft {
  const user = (index * 7919) % 200;
  return {
    kind: 'entry',
    id: newId(),
    nativeKey: `${writer}-${index}`,
    contentHash: 'ab'.repeat(32),
    entry: {
      source: 'THRIVE',
      connectionId: `writer-${writer}`,
      nativeId: `${writer}-${index}`,
      action: 'viewed',
      actionClass: 'VIEWED',
      occurredAtMicros: 1_760_000_000_000_000 + index * 1_000_000,
      actor: { kind: 'USER', key: `n:THRIVE:c:${user}`, nativeId: String(user), name: `Person Number ${user}` },
      object: { type: 'content', id: `content-${index % 500}`, name: `Health and Safety Induction ${index % 500}` },
      activityRef: `n:THRIVE:content-${index % 40}`,
      ...(index % 4 === 0 && { pathwayId: '64b6f4a8c2e4a1b9d3f2c4a0' }),
      ...(index % 5 === 0 && { platform: 'android', serial: `device-${index % 50}` }),
      tags: ['induction'],
      additionalData: '{"source":{"source":"feed"},"duration":"3600"}',
      native: `{"id":"${writer}-${index}","user":"${user}","type":"viewed","date":"2026-02-12T14:58:23.621Z","contextType":"content","data":{"duration":"3600"},"with":null}`,
    },
  };
}
