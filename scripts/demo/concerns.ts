import { createHash } from 'node:crypto';
import { type Id, newId } from '../../src/base/ids.js';
import type { Recorder } from '../../src/log/recorder.js';
import { type FollowChange, type FollowTarget, followNoun } from '../../src/model/follow.js';
import type { ControlDraft } from '../../src/model/log-record.js';
import { type BookmarkChange, bookmarkNoun } from '../../src/model/read-state.js';
import { demoUserEmail } from './people.js';
import type { Cast } from './sources/scene.js';

/** How much of the demo's past its user has not read yet: about thirty notifications. */
const unreadMs = 36 * 3_600_000;

/** Follows of the demo's user: a colleague, and what others made. */
const targets = ({ people, userIds }: Cast): FollowTarget[] => {
  const colleague = userIds.get(people[7]!.email);
  return [
    ...(colleague === undefined ? [] : [{ kind: 'user', userId: colleague } as const]),
    { kind: 'object', object: { source: 'POSTHOG', type: 'Insight', id: '4103' } },
    { kind: 'object', object: { source: 'POSTHOG', type: 'FeatureFlag', id: '313' } },
  ];
};

/** What the demo's user follows. To be written before its past, which it then concerns. */
export async function ensureFollows(recorder: Recorder, workspaceId: Id, cast: Cast, atMs: number): Promise<void> {
  const userId = cast.userIds.get(demoUserEmail);
  if (userId === undefined) return;
  const drafts = targets(cast).map((target, index) => {
    const change: FollowChange = { target, following: true, atMs };
    return draftOf(`demo:follow:${index}`, followNoun, userId, change);
  });
  await recorder.appendMany(workspaceId, drafts);
}

/** Up to where the demo's user has read. To be written after its past. */
export async function ensureBookmark(recorder: Recorder, workspaceId: Id, cast: Cast, endMs: number): Promise<void> {
  const userId = cast.userIds.get(demoUserEmail);
  if (userId === undefined) return;
  const change: BookmarkChange = { atMs: endMs - unreadMs };
  await recorder.append(workspaceId, draftOf('demo:bookmark', bookmarkNoun, userId, change));
}

/** Once in each demo, however often it is begun. */
const draftOf = (nativeKey: string, noun: string, subjectId: Id, change: object): ControlDraft => ({
  kind: 'control',
  id: newId(),
  nativeKey,
  contentHash: createHash('sha256').update(nativeKey).digest('hex'),
  control: { noun, change: 'set', subjectId, payload: JSON.stringify(change) },
});
