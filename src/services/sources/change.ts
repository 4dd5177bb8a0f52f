import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.js';
import type { LogPosition } from '../../base/cursor.js';
import { CodedError, notFound } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Source } from '../../model/source.js';
import type { Secrets, SourceChange, Sources } from '../../store/sources.js';
import { checkId } from '../input/checks.js';
import type { SourceStateReader } from './ports.js';

export interface ChangeParts {
  readonly sources: Pick<Sources, 'get' | 'change'>;
  readonly sourceStates: SourceStateReader;
  readonly clock: Clock;
}

/** What of a source is to be other than it is. */
export interface Decision {
  readonly change: SourceChange;
  readonly secrets?: Secrets;
}

const changeRounds = 5;

/** @throws CodedError BAD_USER_INPUT, NOT_FOUND, both naming `field`. */
export async function existingSource(
  { sources }: Pick<ChangeParts, 'sources'>,
  workspaceId: Id,
  id: Id,
  field: string,
): Promise<Source> {
  const source = await sources.get(workspaceId, checkId(id, field)!);
  if (!source) throw notFound('The source', field);
  return source;
}

/**
 * Changes a source as it is now; when others change it at the same time, as it is after that.
 * @param place what stands in the log up to here is not written into a source that is written through from now on.
 * @param decide undefined where there is nothing to change.
 * @throws CodedError BAD_USER_INPUT, NOT_FOUND, CONFLICT, naming `field` unless `decide` names another.
 */
export async function changeSource(
  parts: ChangeParts,
  { workspaceId, id, field }: { readonly workspaceId: Id; readonly id: Id; readonly field: string },
  place: LogPosition,
  decide: (source: Source) => Decision | undefined,
): Promise<{ readonly source: Source; readonly isChanged: boolean }> {
  const { sources, sourceStates, clock } = parts;
  for (let round = 0; round < changeRounds; round += 1) {
    const source = await existingSource(parts, workspaceId, id, field);
    const decision = decide(source);
    if (!decision) return { source, isChanged: false };
    const change = { ...decision.change, updatedAt: clock.now() };
    // Before it begins: what was posted while nothing was written through stays here.
    if (change.writesThrough && !source.writesThrough) await sourceStates.writeFrom(workspaceId, source.id, place);
    const changed = await sources.change(source, change, decision.secrets);
    if (!changed) continue;
    // A place in what it was read from before is none in this.
    if (isReadElsewhere(source, changed)) await sourceStates.restart(workspaceId, source.id, changed.version);
    return { source: changed, isChanged: true };
  }
  throw changedMeanwhile(field);
}

export const changedMeanwhile = (field: string): CodedError =>
  new CodedError('CONFLICT', 'The source was changed meanwhile; look at it again, then change it', field);

/** Whether a place in what was read before means nothing in what is read now. */
const isReadElsewhere = (before: Source, now: Source): boolean =>
  before.baseUrl !== now.baseUrl || !isDeepStrictEqual(before.settings, now.settings);
