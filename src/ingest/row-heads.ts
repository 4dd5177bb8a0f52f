import { slicesOf } from '../base/slices.js';
import type { Source } from '../model/source.js';
import type { KeyHolder, LogKey } from '../store/activity-logs.js';
import type { RowHead, SnapshotName, SourceRows } from '../store/source-rows.js';

export interface RowHeadParts {
  readonly rows: Pick<SourceRows, 'of' | 'add' | 'move'>;
  readonly findKeys: (workspaceId: string, keys: readonly LogKey[]) => Promise<KeyHolder[]>;
}

/** So many keys are looked for at once. */
const atOnce = 1_000;

/** The key of the entry that follows: of two that were decided from the same state only one can be recorded. */
export const keyAfter = ({ row, entryId }: RowHead): string => `${row}:${entryId ?? 'first'}`;

/**
 * The last recorded entry of each row of a snapshot, those that are not there any more among them. Where the entries of a
 * row end is noted after they are recorded, so the log itself is asked what follows: whoever was killed between the two
 * changes nothing.
 * @param present rows that the snapshot has now.
 */
export async function rowHeads(
  { rows, findKeys }: RowHeadParts,
  source: Source,
  name: SnapshotName,
  present: readonly string[],
): Promise<Map<string, RowHead>> {
  const heads = new Map((await rows.of(name)).map((head) => [head.row, head]));
  const unknown = present.filter((row) => !heads.has(row));
  for (const row of unknown) heads.set(row, { row });
  for (const some of slicesOf(unknown, atOnce)) await rows.add(name, some);
  let open = [...heads.values()];
  while (open.length > 0) {
    const moved: (Required<RowHead> & { seq: number })[] = [];
    for (const some of slicesOf(open, atOnce)) {
      const byKey = new Map(some.map((head) => [keyAfter(head), head.row]));
      const keys = [...byKey.keys()].map((nativeKey) => ({
        source: source.system,
        connectionId: source.id,
        nativeKey,
      }));
      for (const { nativeKey, id, seq, contentHash = '' } of await findKeys(source.workspaceId, keys)) {
        moved.push({ row: byKey.get(nativeKey)!, entryId: id, contentHash, seq });
      }
    }
    for (const { seq: _seq, ...head } of moved) heads.set(head.row, head);
    for (const some of slicesOf(moved, atOnce)) await rows.move(name, some);
    open = moved;
  }
  return heads;
}
