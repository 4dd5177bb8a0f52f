import { CodedError, tooLarge } from '../../base/errors.js';
import { newId } from '../../base/ids.js';
import { entryLimits } from '../../model/activity-log-input.js';
import type { IdentityKey } from '../../model/identity.js';
import type { EntryDraft } from '../../model/log-record.js';
import { facadeConnection } from '../../model/source-system.js';
import type { Viewer } from '../../model/viewer.js';

/** What a façade made of a row in its source's dialect. */
export interface FacadeRow {
  /** Under which a repeat is recognised, per source and owner of the credential. Absent: never a repeat. */
  readonly key?: string;
  /** SHA-256 (hex) over what must be equal for a repeat to count as the same. */
  readonly contentHash?: string;
  readonly entry: Omit<EntryDraft['entry'], 'connectionId'>;
}

/** @throws CodedError TOO_LARGE, FORBIDDEN naming the row. */
export function rowDraft(
  viewer: Viewer,
  row: FacadeRow,
  own: readonly IdentityKey[] | undefined,
  field: string,
): EntryDraft {
  const bytes = Buffer.byteLength(row.entry.native ?? JSON.stringify(row.entry));
  if (bytes > entryLimits.bytes) {
    throw tooLarge(field, `This row has ${bytes} bytes of JSON; the most is ${entryLimits.bytes}`);
  }
  const { key } = row.entry.actor;
  if (own && (key === undefined || !own.includes(key))) {
    throw new CodedError('FORBIDDEN', 'This credential may only write entries of its own user', field);
  }
  return {
    kind: 'entry',
    id: newId(),
    // All façades' rows lie under one connection, so the owner stands in the key itself.
    nativeKey: row.key === undefined ? undefined : JSON.stringify([viewer.owner, row.key]),
    contentHash: row.contentHash,
    entry: { ...row.entry, connectionId: facadeConnection },
  };
}
