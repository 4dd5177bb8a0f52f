import { newId } from '../../src/base/ids.js';
import type { EntryDraft } from '../../src/model/log-record.js';

/** An entry with no more than it must have. */
export const entryDraft = (
  over: Partial<Omit<EntryDraft, 'entry'>> = {},
  entry: Partial<EntryDraft['entry']> = {},
): EntryDraft => ({
  kind: 'entry',
  id: newId(),
  ...over,
  entry: {
    source: 'GATEWAY',
    connectionId: 'client:test',
    action: 'did',
    actionClass: 'OTHER',
    occurredAtMicros: 1_700_000_000_000_000,
    actor: { kind: 'CLIENT' },
    tags: [],
    ...entry,
  },
});
