import { createHash } from 'node:crypto';
import { newId } from '../../../src/base/ids.js';
import type { EntryDraft } from '../../../src/model/log-record.js';

/** An entry of the model. `serial` tells drafts without a key apart, so that one that was doubled is found. */
export const modelDraft = (options: { key?: string; content?: string; serial?: string }): EntryDraft => ({
  kind: 'entry',
  id: newId(),
  nativeKey: options.key,
  contentHash: options.key && createHash('sha256').update(`${options.key}${options.content}`).digest('hex'),
  entry: {
    source: 'GATEWAY',
    connectionId: 'client:model',
    action: 'did',
    actionClass: 'OTHER',
    occurredAtMicros: 0,
    actor: { kind: 'CLIENT' },
    serial: options.serial,
    tags: [],
  },
});
