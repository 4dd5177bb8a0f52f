import type { ActionClass, FilterFields } from './activity-log.js';

/** Changes that concern whoever changed the same before; as PostHog has it, for the objects of every source. */
export const importantClasses: readonly ActionClass[] = ['UPDATED', 'DELETED', 'EXPORTED'];
export const importantActions: readonly string[] = [
  'comment',
  'commented',
  'comment_added',
  'sharing enabled',
  'sharing disabled',
  'sharing_enabled',
  'sharing_disabled',
];

export const isImportant = ({ action, actionClass }: Pick<FilterFields, 'action' | 'actionClass'>): boolean =>
  importantClasses.includes(actionClass) || importantActions.includes(action);

/** By whom, and since which numbers of the log, an item was made or changed in an important way. */
export interface Interest {
  readonly actorKey: string;
  readonly createdSeq?: number;
  readonly changedSeq?: number;
}

/** The interest with one more entry in it; the same one where that changes nothing. */
export function interestWith(
  before: Interest | undefined,
  entry: Pick<FilterFields, 'action' | 'actionClass'>,
  actorKey: string,
  seq: number,
): Interest | undefined {
  if (entry.actionClass === 'CREATED') {
    return before?.createdSeq !== undefined ? before : { ...before, actorKey, createdSeq: seq };
  }
  if (!isImportant(entry)) return before;
  return before?.changedSeq !== undefined ? before : { ...before, actorKey, changedSeq: seq };
}
