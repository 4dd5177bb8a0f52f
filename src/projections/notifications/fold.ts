import type { Id } from '../../base/ids.js';
import { followNoun } from '../../model/follow.js';
import type { ControlChange, LogRecord } from '../../model/log-record.js';
import { preferencesNoun } from '../../model/notification.js';
import { type BookmarkChange, bookmarkNoun, type MarkChange, markNoun } from '../../model/read-state.js';
import type { Fold } from '../projection.js';
import { foldEntries } from './entries.js';
import { type Told, toldBy } from './happenings.js';
import type { FoldParts } from './parts.js';
import { foldPeople } from './people.js';
import { foldBookmark, foldMarks, foldPreferences } from './reading.js';
import { foldRemovals, type Removed } from './removals.js';
import { StatePage } from './state-page.js';

/**
 * Notifications of one workspace as a fold of its log. Records are taken in runs of one kind: what entries tell together,
 * what removals take along together; a change of people or of what is read stands by itself.
 */
export class NotificationFold implements Fold {
  #told: Told[] = [];
  #removals: Removed[] = [];
  /** Everything up to this number is written. */
  #done: number;

  constructor(
    private readonly parts: FoldParts,
    seq: number,
  ) {
    this.#done = seq;
  }

  async apply(records: readonly LogRecord[], through: number): Promise<void> {
    const after = this.#done;
    for (const record of records) {
      if (record.kind === 'removed') {
        await this.#writeTold(record.seq);
        this.#removals.push(record);
        continue;
      }
      await this.#writeRemovals(record.seq);
      const told = toldBy(record);
      if (told) this.#told.push(told);
      if (record.kind === 'control') await this.#change(record.control, record.seq);
    }
    await this.#writeTold(through + 1);
    await this.#writeRemovals(through + 1);
    await this.#mend(after, through);
    this.#done = through;
  }

  async #change({ noun, subjectId, payload }: ControlChange, seq: number): Promise<void> {
    const { parts } = this;
    if (payload === undefined) return;
    switch (noun) {
      case 'activity':
        return parts.known.apply({ noun, change: '', subjectId, payload }, seq);
      case followNoun:
        return this.#follow(subjectId, payload, seq);
      case 'user': {
        await this.#writeTold(seq);
        return this.#alone(seq, (done) => foldPeople(parts, parts.known.applyUsers(payload, seq), seq, done));
      }
      case preferencesNoun: {
        const person = parts.known.applyPreferences(subjectId, payload, seq);
        await this.#writeTold(seq);
        if (person === undefined) return;
        return this.#alone(seq, (done) => foldPreferences(parts, person, seq, done));
      }
      case bookmarkNoun: {
        await this.#writeTold(seq);
        const change = JSON.parse(payload) as BookmarkChange;
        return this.#alone(seq, (done) => foldBookmark(parts, subjectId, change, seq, done));
      }
      case markNoun: {
        await this.#writeTold(seq);
        const change = JSON.parse(payload) as MarkChange;
        return this.#alone(seq, (done) => foldMarks(parts, subjectId, change, seq, done));
      }
    }
  }

  async #follow(userId: Id, payload: string, seq: number): Promise<void> {
    const { known, follows, scope } = this.parts;
    const changed = known.applyFollow(userId, payload, seq);
    await follows.write(
      scope,
      changed.map(({ userId: follower, change: { target, following, atMs } }) => ({
        userId: follower,
        target,
        following,
        since: new Date(atMs),
        seq,
      })),
    );
  }

  async #alone(seq: number, write: (done: number) => Promise<void>): Promise<void> {
    await write(this.#done);
    this.#done = seq;
  }

  /** @param before the number that the next record has. */
  async #writeTold(before: number): Promise<void> {
    if (this.#told.length === 0) return;
    const told = this.#told;
    this.#told = [];
    await foldEntries(this.parts, told, this.#done);
    this.#done = before - 1;
  }

  async #writeRemovals(before: number): Promise<void> {
    if (this.#removals.length === 0) return;
    const removals = this.#removals;
    this.#removals = [];
    await foldRemovals(this.parts, removals, this.#done);
    this.#done = before - 1;
  }

  /**
   * Counts anew for whom somebody else wrote notifications: who was killed there, or lost the lease and may not write what
   * counts them any more.
   */
  async #mend(after: number, through: number): Promise<void> {
    const { torn, notifications, scope } = this.parts;
    const others = await notifications.originsOfOthers(scope, after, through);
    const passed = new Map([...torn].filter(([, seq]) => seq <= through));
    for (const origin of others) passed.set(origin, through);
    if (passed.size === 0) return;
    const states = new StatePage(this.parts, this.#done);
    await states.load(passed.keys());
    for (const [origin, seq] of passed) {
      states.recount(origin);
      states.touch(origin, seq);
    }
    await states.write();
    for (const origin of passed.keys()) torn.delete(origin);
  }
}
