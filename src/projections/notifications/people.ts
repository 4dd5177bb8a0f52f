import type { Id } from '../../base/ids.js';
import { userIdentity, userIdsAmong } from '../../model/identity.js';
import type { OwnerChange } from './owners-known.js';
import { NotificationPage } from './page.js';
import { chunkSize, type FoldParts } from './parts.js';
import { StatePage } from './state-page.js';

/**
 * People who became one, or were taken apart: whose each user's notifications are, which of them turn out to be of what
 * they did themselves, and which are there twice. Nothing is moved: what is taken apart again is as it was.
 */
export async function foldPeople(
  parts: FoldParts,
  changes: readonly OwnerChange[],
  seq: number,
  done: number,
): Promise<void> {
  const states = new StatePage(parts, done);
  const origins = new Set(changes.flatMap(({ before, after }) => userIdsAmong([...before, ...after])));
  await states.load(origins);
  for (const origin of origins) {
    // Who has no state has no notifications.
    if (states.has(origin)) await settleOrigin(parts, states, origin, seq);
  }
  const regrouped = regroupedBy(changes, (origin) => parts.known.ownerOf(userIdentity(origin), seq));
  await states.load(regrouped);
  for (const origin of new Set([...origins, ...regrouped])) {
    const { ownerId, ...state } = states.get(origin);
    const owner = parts.known.ownerOf(userIdentity(origin), seq);
    if (owner === ownerId && !regrouped.has(origin)) continue;
    states.put({ ...state, ...(owner !== undefined && { ownerId: owner }), ownedSeq: seq }, seq);
  }
  await states.write();
}

/** Whose notifications pass from one to another, with those who had them and those who have them now. */
function regroupedBy(changes: readonly OwnerChange[], ownerOf: (origin: Id) => Id | undefined): Set<Id> {
  const regrouped = new Set<Id>();
  for (const { id, before } of changes) {
    for (const origin of userIdsAmong(before)) {
      const owner = ownerOf(origin);
      if (owner !== id) for (const one of [origin, id, owner]) if (one !== undefined) regrouped.add(one);
    }
  }
  return regrouped;
}

/** Goes through all of one origin's, in the order of their changes: what is changed now is not met again. */
async function settleOrigin(parts: FoldParts, states: StatePage, origin: Id, seq: number): Promise<void> {
  const { scope, notifications, known } = parts;
  const person = known.ownerOf(userIdentity(origin), seq);
  if (person === undefined) return;
  let after = { seq: 0, id: '' };
  for (;;) {
    const some = await notifications.changed(scope, origin, after, seq - 1, chunkSize);
    const page = new NotificationPage(parts, states);
    await page.load(some, () => seq);
    for (const { id } of some) {
      // Those that settling changes are not met again: whose they are is seen to here.
      for (const one of page.withTwins(page.get(id)!, seq)) {
        const isOwn = one.by !== undefined && known.ownerOf(one.by, seq) === person;
        if (one.isOwn === isOwn) continue;
        states.recount(one.origin);
        page.put({ ...one, isOwn, seq });
      }
      page.settleTwins(page.get(id)!, seq);
    }
    await page.write();
    if (some.length < chunkSize) return;
    after = { seq: some.at(-1)!.seq, id: some.at(-1)!.id };
  }
}
