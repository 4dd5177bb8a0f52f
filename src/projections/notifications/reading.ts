import type { Id } from '../../base/ids.js';
import { slicesOf } from '../../base/slices.js';
import { userIdentity } from '../../model/identity.js';
import { unreadIn } from '../../model/notification-state.js';
import type { BookmarkChange, MarkChange } from '../../model/read-state.js';
import { chunkSize, type FoldParts } from './parts.js';
import { StatePage } from './state-page.js';

/** What somebody decides counts for every id that is theirs. */
function originsOf({ known }: FoldParts, userId: Id, seq: number): Id[] {
  const person = known.ownerOf(userIdentity(userId), seq);
  return person === undefined ? [] : known.userIdsOf(person, seq);
}

/** A bookmark costs the same however many it makes read. */
export async function foldBookmark(
  parts: FoldParts,
  userId: Id,
  { through, atMs }: BookmarkChange,
  seq: number,
  done: number,
): Promise<void> {
  const states = new StatePage(parts, done);
  const origins = originsOf(parts, userId, seq);
  await states.load(origins);
  for (const origin of origins) {
    const moved = { ...(through !== undefined && { through }), ...(atMs !== undefined && { atMs }) };
    states.put({ ...states.get(origin), ...moved, bookmarkSeq: seq }, seq);
  }
  await states.write();
}

/** Marks are of notifications as their reader saw them: at one place. */
export async function foldMarks(
  parts: FoldParts,
  userId: Id,
  { read, marks }: MarkChange,
  seq: number,
  done: number,
): Promise<void> {
  const { scope, notifications } = parts;
  const states = new StatePage(parts, done);
  const origins = originsOf(parts, userId, seq);
  await states.load(origins);
  for (const some of slicesOf(marks, chunkSize)) {
    const places = new Map(some.map(({ id, place }) => [id, place]));
    const found = await notifications.byIds(scope, [...places.keys()]);
    const theirs = found.filter(({ origin }) => origins.includes(origin));
    const marked = theirs.filter((one) => one.seq < seq);
    const after = marked.map((one) => ({ ...one, mark: { read, place: places.get(one.id)!, seq }, seq }));
    await notifications.write(scope, after);
    for (const one of theirs) {
      states.touch(one.origin, seq, seq);
      if (one.seq > done) states.recount(one.origin);
    }
    for (const [index, one] of after.entries()) {
      const state = states.get(one.origin);
      states.gain(one.origin, unreadIn(one, state) - unreadIn(marked[index]!, state));
    }
  }
  await states.write();
}

/** What somebody wants from now on. It stands beside their state, where it is read; the fold itself remembers it. */
export async function foldPreferences(parts: FoldParts, person: Id, seq: number, done: number): Promise<void> {
  const states = new StatePage(parts, done);
  await states.load([person]);
  const preferences = parts.known.preferencesOf(person, seq);
  states.put({ ...states.get(person), ...(preferences && { preferences }) }, seq);
  await states.write();
}
