import type { Id } from '../../base/ids.js';
import type { IdentityKey } from '../../model/identity.js';
import { decodeChange, encodeChange } from '../../model/noun-change.js';
import type { User } from '../../model/user.js';
import type { ErasedPerson } from '../../model/user-erasure.js';
import type { ControlEntries } from '../../store/control-entries.js';
import type { PersonTexts } from '../../store/person-texts.js';
import type { Users } from '../../store/users.js';
import { pastWithout, personOf } from './erasing.js';
import type { UserState } from './user-state.js';

export interface PastParts {
  readonly users: Pick<Users, 'byIdentities'>;
  readonly controls: ControlEntries;
  readonly texts: Pick<PersonTexts, 'rewriteControl'>;
}

/** Whom erasing a user is of, by all that the log has ever said of them. */
export async function personOfPast({ controls, users }: PastParts, user: User): Promise<ErasedPerson> {
  const { workspaceId, mergedFrom = [] } = user;
  const ids = new Set([user.id, ...mergedFrom.map(({ id }) => id)]);
  const past: UserState[] = [];
  for await (const { control } of controls.through(workspaceId, Number.MAX_SAFE_INTEGER, ['user'])) {
    if (control.payload === undefined || ![...ids].some((id) => control.payload!.includes(id))) continue;
    past.push(...decodeChange<UserState>(control.payload).set.filter(({ id }) => ids.has(id)));
  }
  const keys = new Set(past.flatMap(({ identities }) => identities));
  const owners = await users.byIdentities(workspaceId, [...keys]);
  const others = new Set(owners.filter(({ id }) => id !== user.id).flatMap(({ identities }) => identities));
  return personOf(user, past, (key) => others.has(key));
}

/** Takes somebody's texts out of every change of users that the log holds. Again, it changes nothing. */
export async function erasePast(
  { controls, texts }: PastParts,
  workspaceId: Id,
  person: ErasedPerson,
  gone: ReadonlyMap<IdentityKey, Id>,
): Promise<void> {
  for await (const { seq, control } of controls.through(workspaceId, Number.MAX_SAFE_INTEGER, ['user'])) {
    if (control.payload === undefined) continue;
    const change = decodeChange<UserState>(control.payload);
    const set = change.set.map((state) => (concerns(state, person, gone) ? pastWithout(state, person, gone) : state));
    const payload = encodeChange({ ...change, set });
    if (payload !== control.payload) await texts.rewriteControl(workspaceId, seq, payload);
  }
}

const concerns = (state: UserState, person: ErasedPerson, gone: ReadonlyMap<IdentityKey, Id>): boolean =>
  person.userIds.includes(state.id) ||
  state.identities.some((key) => gone.has(key)) ||
  (state.mergedFrom ?? []).some(({ id }) => person.userIds.includes(id));
