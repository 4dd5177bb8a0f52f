import { canEraseUsers, requireScope } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { notFound } from '../base/errors.js';
import { type Id, newId } from '../base/ids.js';
import type { LogStateReader, LogWriter } from '../log/writer.js';
import type { IdentityKey } from '../model/identity.js';
import type { User } from '../model/user.js';
import { PersonalTexts, type UserErasure, userErasureNoun } from '../model/user-erasure.js';
import type { Viewer } from '../model/viewer.js';
import { type NamedBy, type PersonTexts, removalSources, type TextErasing } from '../store/person-texts.js';
import type { RunningErasure, UserErasures } from '../store/user-erasures.js';
import type { Users } from '../store/users.js';
import { checkId } from './input/checks.js';
import { placed } from './nouns/changes.js';
import type { NounHistory } from './nouns/history.js';
import type { Changed } from './nouns/results.js';
import { FeedCursors } from './paging/epochs.js';
import { ErasedFolds, type ErasedFoldsParts } from './users/erased-folds.js';
import { personalKeys, withoutKeys, withoutTexts } from './users/erasing.js';
import { checkWhole } from './users/merge-checks.js';
import { erasePast, type PastParts, personOfPast } from './users/past.js';

export interface UserErasureParts extends PastParts, Omit<ErasedFoldsParts, 'texts'> {
  readonly users: Pick<Users, 'byIds' | 'byIdentities'>;
  readonly history: NounHistory<User>;
  readonly erasures: UserErasures;
  readonly texts: PersonTexts;
  readonly states: LogStateReader;
  readonly writer: LogWriter;
  readonly clock: Clock;
  /** There is something for the sweeper. */
  onBegun(): void;
}

/** What was begun, and the user as they are from now on. */
export interface BegunErasure extends Changed<User> {
  readonly erasure: UserErasure;
}

/** How soon it is looked again whether folds are done, in milliseconds. */
const lookAgainMs = 1000;

/** The change that says that nothing of somebody's texts is left: what is kept of answers is to be forgotten with it. */
const doneChange = { noun: userErasureNoun, change: 'done' } as const;

/**
 * Erases what somebody is called, and what they and sources wrote of them, from the log, its history of users and their
 * document, while ids, counts and places stay. In steps, each of which may be killed and run again by anybody:
 * (1) record that it is to be done, and of whom; (2) the user has no name any more, but still every identity; (3) entries
 * lose their texts, and those that an email names are named by the user's id, which folds are told; (4) the user loses the
 * identities that no entry has any more; (5) the log's history of users loses the texts, the changes of (2) and (4)
 * included; (6) whatever folds made of the entries as they were is gone; (7) say so.
 */
export class UserErasureService {
  readonly #cursors: FeedCursors;
  readonly #folds: ErasedFolds;

  constructor(private readonly parts: UserErasureParts) {
    this.#cursors = new FeedCursors(parts.states);
    this.#folds = new ErasedFolds(parts);
  }

  /** @throws CodedError FORBIDDEN, NOT_FOUND, CONFLICT for one who is part of another, SERVICE_UNAVAILABLE. */
  async begin(viewer: Viewer, id: Id): Promise<BegunErasure> {
    requireScope(canEraseUsers(viewer), '*');
    const userId = checkId(id, 'id')!;
    const { workspaceId } = viewer;
    const { users, erasures, history, clock, onBegun } = this.parts;
    const { seq, result } = await history.change(workspaceId, async () => {
      const [user] = await users.byIds(workspaceId, [userId]);
      if (!user) throw notFound('This user', 'id');
      checkWhole(user, userId, 'id');
      const at = clock.now();
      await erasures.begin(workspaceId, userId, await personOfPast(this.parts, user), at);
      const state = withoutTexts(user, at);
      return { change: { name: 'erasing', set: [state], removed: [], at }, result: state };
    });
    onBegun();
    const erasure = await erasures.find(workspaceId, userId);
    const node = placed<User>(result, workspaceId, seq);
    return { erasure: erasure!, node, seq, cursor: await this.#cursors.of(workspaceId, seq) };
  }

  /** Undefined where nothing of this user was ever erased. @throws CodedError FORBIDDEN, BAD_USER_INPUT. */
  async find(viewer: Viewer, userId: Id): Promise<UserErasure | undefined> {
    requireScope(canEraseUsers(viewer), '*');
    return this.parts.erasures.find(viewer.workspaceId, checkId(userId, 'userId')!);
  }

  /** Goes on with what was begun. Answers how many were finished. */
  async sweep(workspaceId: Id, proceed: () => boolean = () => true): Promise<number> {
    let finished = 0;
    for (const userId of await this.parts.erasures.running(workspaceId)) {
      if (!proceed()) return finished;
      const erasure = await this.parts.erasures.claim(workspaceId, userId);
      if (erasure && (await this.#run(workspaceId, erasure, proceed))) finished += 1;
    }
    return finished;
  }

  /** False where it was to stop before it was done. */
  async #run(workspaceId: Id, erasure: RunningErasure, proceed: () => boolean): Promise<boolean> {
    const seq =
      (await this.#folds.toldLast(workspaceId, erasure)) ?? (await this.#eraseAll(workspaceId, erasure, proceed));
    if (seq === undefined) return false;
    if (await this.#areFoldsClean(workspaceId, erasure, seq)) {
      await this.#finish(workspaceId, erasure);
      return true;
    }
    // Nothing tells when the last of them is gone.
    setTimeout(this.parts.onBegun, lookAgainMs).unref();
    return false;
  }

  /** Erases everything that is not a fold's. @returns the place that folds are to pass; undefined where it was to stop. */
  async #eraseAll(workspaceId: Id, erasure: RunningErasure, proceed: () => boolean): Promise<number | undefined> {
    const { person, userId, startedAt } = erasure;
    const gone = personalKeys(person);
    const erasing: TextErasing = { texts: new PersonalTexts(person.texts), at: startedAt };
    const all = namesOf(erasure);
    await this.#change(workspaceId, userId, (user) => (user.erasedAt ? undefined : withoutTexts(user, startedAt)));
    if (!(await this.#eraseRecords(workspaceId, all, erasing, proceed))) return undefined;
    // Before the identities go: nobody's progress is without what was done under them.
    await this.#folds.tell(workspaceId, erasure, 'first', gone);
    await this.#change(workspaceId, userId, (user, at) =>
      user.identities.some((key) => gone.has(key)) ? { ...withoutKeys(user, gone), updatedAt: at } : undefined,
    );
    // What was on its way while their identities were still theirs.
    const named = all.filter(({ key }) => gone.has(key));
    if (!(await this.#eraseRecords(workspaceId, named, erasing, proceed))) return undefined;
    await erasePast(this.parts, workspaceId, person, gone);
    return this.#folds.tell(workspaceId, erasure, 'last', gone);
  }

  async #areFoldsClean(workspaceId: Id, erasure: RunningErasure, seq: number): Promise<boolean> {
    let { formerFolds } = erasure;
    if (formerFolds === undefined) {
      formerFolds = await this.#folds.makeAnew(workspaceId, personalKeys(erasure.person));
      await this.parts.erasures.writeFormerFolds(workspaceId, erasure, formerFolds);
    }
    return this.#folds.areClean(workspaceId, seq, formerFolds);
  }

  async #finish(workspaceId: Id, erasure: RunningErasure): Promise<void> {
    const { texts, erasures, writer, clock } = this.parts;
    const { userId, startedAt } = erasure;
    await this.#folds.forget(workspaceId, erasure);
    await writer.append(workspaceId, {
      kind: 'control',
      id: newId(),
      nativeKey: `${doneChange.noun}:${userId}:${startedAt.getTime()}`,
      control: { ...doneChange, subjectId: userId },
    });
    const staying: IdentityKey[] = [...new Set(namesOf(erasure).map((by) => (by.userId ? `u:${by.userId}` : by.key)))];
    const entries = await texts.count(workspaceId, staying, startedAt);
    await erasures.finish(workspaceId, erasure, entries, clock.now());
  }

  async #change(
    workspaceId: Id,
    userId: Id,
    next: (user: User, at: Date) => ReturnType<typeof withoutTexts> | undefined,
  ): Promise<void> {
    await this.parts.history.change(workspaceId, async () => {
      const [user] = await this.parts.users.byIds(workspaceId, [userId]);
      const at = this.parts.clock.now();
      const state = user && next(user, at);
      return { change: state && { name: 'erased', set: [state], removed: [], at }, result: undefined };
    });
  }

  async #eraseRecords(
    workspaceId: Id,
    all: readonly NamedBy[],
    erasing: TextErasing,
    proceed: () => boolean,
  ): Promise<boolean> {
    const { texts } = this.parts;
    for (const by of all) {
      for (let after: number | undefined = 0; after !== undefined; ) {
        if (!proceed()) return false;
        after = await texts.eraseEntries(workspaceId, by, after, erasing);
      }
    }
    const keys = new Map(all.map((by) => [by.key, by]));
    for (const source of removalSources) {
      for (let after: string | undefined = ''; after !== undefined; ) {
        if (!proceed()) return false;
        after = await texts.eraseRemovals(workspaceId, source, keys, after, erasing);
      }
    }
    return true;
  }
}

/** By what entries name them; of what goes, the user whom they are to name instead. */
function namesOf({ person }: RunningErasure): NamedBy[] {
  const gone = personalKeys(person);
  return person.owners.map(({ key }) => ({ key, ...(gone.has(key) && { userId: gone.get(key)! }) }));
}
