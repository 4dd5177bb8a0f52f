import type { Id } from '../../base/ids.js';
import { slicesOf } from '../../base/slices.js';
import { maxBatch } from '../../model/activity-log-input.js';
import type { StatsRow } from '../../model/activity-log-stats.js';
import type { IdentityKey } from '../../model/identity.js';
import type { Users } from '../../store/users.js';

/** The rows, those of all identities of one person under one key. */
export async function byPerson(
  users: Pick<Users, 'byIdentities'>,
  workspaceId: Id,
  rows: readonly StatsRow[],
): Promise<StatsRow[]> {
  const keys = [...new Set(rows.flatMap(({ name }) => name.actorKey ?? []))];
  const owners = new Map<IdentityKey, Id>();
  for (const some of slicesOf(keys, maxBatch)) {
    const found = await users.byIdentities(workspaceId, some);
    for (const { id, identities } of found) for (const identity of identities) owners.set(identity, id);
  }
  return rows.map((row) => {
    const owner = row.name.actorKey === undefined ? undefined : owners.get(row.name.actorKey);
    return owner === undefined ? row : { ...row, key: `user ${owner}` };
  });
}
