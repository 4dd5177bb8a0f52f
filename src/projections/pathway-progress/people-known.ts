import type { Id } from '../../base/ids.js';
import { type IdentityKey, userIdentity } from '../../model/identity.js';
import type { NounChange, NounState } from '../../model/noun-change.js';
import type { User } from '../../model/user.js';

/** Who is who, as the log has it so far. */
export class PeopleKnown {
  readonly #identities = new Map<Id, readonly IdentityKey[]>();
  readonly #owners = new Map<IdentityKey, Id>();

  apply(change: Pick<NounChange<NounState<User>>, 'set' | 'removed'>): void {
    // What passes from one to another is given up before it is taken.
    for (const id of [...change.removed, ...change.set.map((user) => user.id)]) this.#release(id);
    for (const { id, identities } of change.set) {
      this.#identities.set(id, identities);
      for (const key of identities) this.#owners.set(key, id);
    }
  }

  /** Who an id names: of one who was merged, whoever they are part of; undefined for one who was removed. */
  whoIs(userId: Id): Id | undefined {
    return this.#owners.get(userIdentity(userId));
  }

  /** Whose identity it is. */
  ownerOf(key: IdentityKey): Id | undefined {
    return this.#owners.get(key);
  }

  identitiesOf(userId: Id): readonly IdentityKey[] {
    return this.#identities.get(userId) ?? [];
  }

  #release(id: Id): void {
    for (const key of this.identitiesOf(id)) if (this.#owners.get(key) === id) this.#owners.delete(key);
    this.#identities.delete(id);
  }
}
