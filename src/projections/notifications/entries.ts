import { groupsOf } from '../../base/groups.js';
import type { Id } from '../../base/ids.js';
import { slicesOf } from '../../base/slices.js';
import { concerned } from '../../model/concern.js';
import { hasHistory, itemKey } from '../../model/notification-key.js';
import { type Addition, grown, idOf, type NotificationName } from './growing.js';
import type { Told } from './happenings.js';
import { PageInterests } from './interests.js';
import { NotificationPage } from './page.js';
import { chunkSize, type FoldParts } from './parts.js';
import { StatePage } from './state-page.js';

interface Pending {
  readonly name: NotificationName;
  readonly additions: Addition[];
}

/** How many notifications wait in memory until they are written; one entry for ten thousand goes by itself. */
const maxPending = 5000;

/** Whom entries concern: new notifications, and those that grow. @param done see StatePage. */
export async function foldEntries(parts: FoldParts, told: readonly Told[], done: number): Promise<void> {
  const interests = new PageInterests(parts);
  await interests.load(told.flatMap(({ run }) => (hasHistory(run.item) ? [itemKey(run.item)] : [])));
  const { workspaceId } = parts.scope;
  let written = done;
  let pending = new Map<Id, Pending>();
  for (const one of told) {
    const { happening, run } = one;
    for (const [origin, { reasons, by }] of concerned(happening, interests.of(itemKey(run.item)), parts.known)) {
      const name = { workspaceId, origin, run, ...(by !== undefined && { by }) };
      const id = idOf(name);
      const held = pending.get(id) ?? { name, additions: [] };
      pending.set(id, held);
      const { seq, id: entryId, occurredAtMicros } = happening;
      held.additions.push({ seq, entryId, occurredAtMicros, reasons });
    }
    interests.note(one);
    if (pending.size < maxPending) continue;
    await writeAll(parts, pending, written);
    written = happening.seq;
    pending = new Map();
  }
  await writeAll(parts, pending, written);
  await interests.write();
}

/** All of one person's together, since how many are unread is written once. */
async function writeAll(parts: FoldParts, pending: ReadonlyMap<Id, Pending>, done: number): Promise<void> {
  const people = groupsOf(pending, ([, { name }]) => name.origin);
  for (const some of together([...people.values()])) await writeSome(parts, some, done);
}

/** Groups that stay whole, some of them at a time. */
function together<T>(groups: readonly (readonly T[])[]): T[][] {
  if (groups.every(({ length }) => length === 1))
    return [
      ...slicesOf(
        groups.map(([only]) => only!),
        chunkSize,
      ),
    ];
  const all: T[][] = [];
  for (const group of groups) {
    const last = all.at(-1);
    if (last && last.length + group.length <= chunkSize) last.push(...group);
    else all.push([...group]);
  }
  return all;
}

async function writeSome(parts: FoldParts, some: readonly [Id, Pending][], done: number): Promise<void> {
  const states = new StatePage(parts, done);
  const page = new NotificationPage(parts, states);
  const lastSeq = new Map(some.map(([, { name, additions }]) => [name, additions.at(-1)!.seq]));
  await page.load([...lastSeq.keys()], (name) => lastSeq.get(name)!);
  for (const [id, { name, additions }] of some) {
    const before = page.get(id);
    const one = grown(before, name, additions);
    if (one) page.put(one);
    else page.meet(before!, lastSeq.get(name)!);
    page.settleTwins(name, lastSeq.get(name)!);
  }
  await page.write();
  await states.write();
}
