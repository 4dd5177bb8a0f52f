import type { Id } from '../../base/ids.js';
import { type Concern, concerned, happeningOf } from '../../model/concern.js';
import { isImportant } from '../../model/important-change.js';
import type { LogRecord } from '../../model/log-record.js';
import type { Notification, Run } from '../../model/notification.js';
import { hasHistory, itemKey, runKey, runOf } from '../../model/notification-key.js';
import { type Addition, isSame, type NotificationName, remade } from './growing.js';
import { PageInterests } from './interests.js';
import { NotificationPage } from './page.js';
import { chunkSize, type FoldParts } from './parts.js';
import { StatePage } from './state-page.js';

export type Removed = Extract<LogRecord, { kind: 'removed' }>;

/** Entries that are gone take along what they told. What they were part of is derived from the log again, and the difference written. */
export async function foldRemovals(parts: FoldParts, removals: readonly Removed[], done: number): Promise<void> {
  const interests = new PageInterests(parts);
  const runs = new Map(removals.map(({ target, seq }) => [runKey(runOf(target)), { run: runOf(target), seq }]));
  const states = new StatePage(parts, done);
  const remaking = new Remaking(parts, interests, removals.at(-1)!.seq, states);
  await remaking.lessen(removals);
  // Whatever is left of a run has lost at most the entries, so only who was told before can be concerned.
  for (let after: Id | undefined; ; ) {
    const some = await parts.notifications.ofRuns(parts.scope, [...runs.keys()], after, chunkSize);
    await remaking.remake(some, (one) => runs.get(runKey(one.run))!.seq);
    if (some.length < chunkSize) break;
    after = some.at(-1)!.id;
  }
  await states.write();
  // Last: were it written and the rest not, nobody would derive the rest again.
  await interests.write();
}

/** Notifications derived again from what the log holds through a number. */
class Remaking {
  readonly #entries = new Map<Id, Promise<readonly (Addition & { concerns: Map<Id, Concern> })[]>>();

  constructor(
    private readonly parts: FoldParts,
    private readonly interests: PageInterests,
    private readonly through: number,
    private readonly states: StatePage,
  ) {}

  /** Whoever made or changed an item by an entry that is gone may have done so later, or not at all: what they were told for it. */
  async lessen(removals: readonly Removed[]): Promise<void> {
    const { scope, entries } = this.parts;
    const deciding = removals.filter(
      ({ target }) => target.actionClass === 'CREATED' || (target.actorKey !== undefined && isImportant(target)),
    );
    await this.interests.load(deciding.map(({ target }) => itemKey(runOf(target).item)));
    const lessened = [];
    for (const { target, seq } of deciding) {
      const { item } = runOf(target);
      const { actorKey } = target;
      if (actorKey === undefined || !hasHistory(item)) continue;
      const before = this.interests.find(itemKey(item), actorKey);
      if (!before) continue;
      const after = await entries.interest(scope.workspaceId, item, actorKey, this.through);
      if (before.createdSeq === after.createdSeq && before.changedSeq === after.changedSeq) continue;
      this.interests.set(itemKey(item), after, seq);
      const since = Math.min(before.createdSeq ?? Infinity, before.changedSeq ?? Infinity);
      lessened.push({ actorKey, item, since, seq });
    }
    // Once all of them are known: what is derived from them is kept.
    for (const { actorKey, item, since, seq } of lessened) {
      for (const origin of this.parts.known.everyOwnerOf(actorKey)) await this.#remakeOf(origin, item, since, seq);
    }
  }

  async #remakeOf(origin: Id, item: Run['item'], since: number, seq: number): Promise<void> {
    const key = itemKey(item);
    let after = { seq: since, id: '' };
    for (;;) {
      const some = await this.parts.notifications.changed(this.parts.scope, origin, after, seq - 1, chunkSize);
      const affected = some.filter(({ run, count }) => count > 0 && itemKey(run.item) === key);
      await this.remake(affected, () => seq);
      if (some.length < chunkSize) return;
      after = { seq: some.at(-1)!.seq, id: some.at(-1)!.id };
    }
  }

  async remake(some: readonly Notification[], seqOf: (one: NotificationName) => number): Promise<void> {
    if (some.length === 0) return;
    const page = new NotificationPage(this.parts, this.states);
    await page.load(some, seqOf);
    for (const { id } of some) {
      const one = page.get(id)!;
      const seq = seqOf(one);
      // Those that settling changes are not met again: they are derived before.
      for (const twin of page.withTwins(one, seq)) await this.#remakeOne(page, twin, seq);
      page.settleTwins(one, seq);
    }
    await page.write();
  }

  async #remakeOne(page: NotificationPage, one: Notification, seq: number): Promise<void> {
    this.states.recount(one.origin);
    if (one.seq >= seq) return page.meet(one, seq);
    const told = (await this.#entriesOf(one.run)).flatMap((entry) => {
      const concern = entry.concerns.get(one.origin);
      return concern && concern.by === one.by ? [{ ...entry, reasons: concern.reasons }] : [];
    });
    const after = remade(one, told, seq);
    if (!isSame(one, after)) page.put(after);
  }

  #entriesOf(run: Run): Promise<readonly (Addition & { concerns: Map<Id, Concern> })[]> {
    const key = runKey(run);
    const known = this.#entries.get(key) ?? this.#derive(run);
    this.#entries.set(key, known);
    return known;
  }

  async #derive(run: Run) {
    const { scope, entries, known } = this.parts;
    await this.interests.load(hasHistory(run.item) ? [itemKey(run.item)] : []);
    const left = await entries.ofRun(scope.workspaceId, run, this.through);
    return left.map((entry) => {
      const { seq, id: entryId, occurredAtMicros } = entry;
      const concerns = concerned(happeningOf(entry), this.interests.of(itemKey(run.item)), known);
      return { seq, entryId, occurredAtMicros, concerns, reasons: new Set<never>() };
    });
  }
}
