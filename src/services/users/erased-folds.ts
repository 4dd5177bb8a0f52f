import { type Id, newId } from '../../base/ids.js';
import type { LogWriter } from '../../log/writer.js';
import { type IdentityKey, userIdentity } from '../../model/identity.js';
import { notificationsFold } from '../../model/notification.js';
import { progressFold } from '../../model/standing.js';
import { type RenamedKeys, type UserErasure, userErasureNoun } from '../../model/user-erasure.js';
import type { ControlLinks } from '../../store/control-links.js';
import type { FoldState, FoldStates } from '../../store/fold-states.js';
import { type ErasedMarksParts, renameMarks } from './erased-marks.js';

export interface ErasedFoldsParts extends ErasedMarksParts {
  readonly writer: Pick<LogWriter, 'append'>;
  readonly links: Pick<ControlLinks, 'byKey'>;
  readonly foldStates: Pick<FoldStates, 'read' | 'requestRebuild'>;
}

/** Entries are renamed twice: while the identities that go are still theirs, and once more afterwards. */
type Time = 'first' | 'last';

/**
 * Sees to it that what folds made of somebody's entries is without them, too. Progress is told of each identity that entries
 * have lost, and what it has goes to the other one. A notification is named by who did what to which item, all of which an
 * erasure changes: notifications are made anew from the log, and what was marked
 * read stays so.
 */
export class ErasedFolds {
  constructor(private readonly parts: ErasedFoldsParts) {}

  /** Says in the log which identities entries have lost. Again, it says nothing. @returns the place of that. */
  async tell(workspaceId: Id, erasure: UserErasure, time: Time, gone: ReadonlyMap<IdentityKey, Id>): Promise<number> {
    const renamed: RenamedKeys = [...gone].map(([from, userId]) => ({ from, to: userIdentity(userId) }));
    const { seq } = await this.parts.writer.append(workspaceId, {
      kind: 'control',
      id: newId(),
      nativeKey: keyOf(erasure, time),
      control: {
        noun: userErasureNoun,
        change: 'renamed',
        subjectId: erasure.userId,
        payload: JSON.stringify(renamed),
      },
    });
    return seq;
  }

  /** Where it was said for the last time; undefined where it was not yet. */
  async toldLast(workspaceId: Id, erasure: UserErasure): Promise<number | undefined> {
    return (await this.parts.links.byKey(workspaceId, keyOf(erasure, 'last')))?.seq;
  }

  /** @returns the last generation of notifications that may be of entries as they were before. */
  async makeAnew(workspaceId: Id, gone: ReadonlyMap<IdentityKey, Id>): Promise<number> {
    const { foldStates } = this.parts;
    await renameMarks(this.parts, workspaceId, gone);
    const state = await foldStates.read(workspaceId, notificationsFold);
    await foldStates.requestRebuild(workspaceId, notificationsFold);
    return Math.max(0, ...generationsOf(state));
  }

  /**
   * Whether nothing of these identities is left in any document of a fold.
   * @param seq where it was said last that they are gone.
   * @param former see `makeAnew`.
   */
  async areClean(workspaceId: Id, seq: number, former: number): Promise<boolean> {
    const [progress, notifications] = await Promise.all(
      [progressFold, notificationsFold].map((fold) => this.parts.foldStates.read(workspaceId, fold)),
    );
    const read = [progress?.serving, progress?.building].flatMap((one) => one ?? []);
    return (
      (progress?.retired ?? []).length === 0 &&
      read.every((generation) => generation.seq >= seq) &&
      generationsOf(notifications).every((generation) => generation > former)
    );
  }

  /** Takes the identities out of what was said of them. */
  async forget(workspaceId: Id, erasure: UserErasure): Promise<void> {
    for (const time of ['first', 'last'] as const) {
      const told = await this.parts.links.byKey(workspaceId, keyOf(erasure, time));
      if (told) await this.parts.texts.rewriteControl(workspaceId, told.seq, '[]');
    }
  }
}

const keyOf = ({ userId, startedAt }: UserErasure, time: Time): string =>
  `${userErasureNoun}:${userId}:${startedAt.getTime()}:${time}`;

const generationsOf = (state: FoldState | undefined): number[] => [
  ...[state?.serving, state?.building].flatMap((one) => one?.generation ?? []),
  ...(state?.retired ?? []),
];
