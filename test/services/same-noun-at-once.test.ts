import { expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { userIdentity } from '../../src/model/identity.js';
import type { User } from '../../src/model/user.js';
import { Users } from '../../src/store/users.js';
import { openTestStore } from '../support/store.js';

it('what several processes write for the same entry of the log at once is written once, and refused to none', async () => {
  const users = new Users(await openTestStore());
  const workspaceId = newId();
  const now = new Date();
  for (let seq = 1; seq <= 10; seq += 1) {
    const id = newId();
    const user: User = {
      id,
      workspaceId,
      name: `Person ${seq}`,
      identities: [userIdentity(id)],
      seq,
      createdAt: now,
      updatedAt: now,
    };
    await Promise.all(Array.from({ length: 8 }, () => users.write([user], seq)));
    expect(await users.byIds(workspaceId, [id])).toEqual([user]);
  }
});
