import { writesOwnOnly } from '../../auth/policies.js';
import { CodedError, notFound } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import type { Activity } from '../../model/activity.js';
import type { Actor } from '../../model/activity-log.js';
import { activityRef, emailIdentity, type IdentityKey, userIdentity } from '../../model/identity.js';
import type { EntryDraft } from '../../model/log-record.js';
import type { User } from '../../model/user.js';
import type { Viewer } from '../../model/viewer.js';
import type { Activities } from '../../store/activities.js';
import type { Pathways } from '../../store/pathways.js';
import type { Users } from '../../store/users.js';
import { contentHashOf } from './canonical.js';
import type { CheckedInput } from './check-input.js';

export interface DraftingParts {
  readonly users: Pick<Users, 'byIds'>;
  readonly activities: Pick<Activities, 'byIds' | 'byKeys'>;
  readonly pathways: Pick<Pathways, 'byIds'>;
}

/** The users, activities and pathways that a batch of inputs names, looked up at once. */
export class Named {
  private constructor(
    private readonly users: ReadonlyMap<IdentityKey, User>,
    private readonly activities: ReadonlyMap<string, Activity>,
    private readonly pathwayIds: ReadonlySet<Id>,
  ) {}

  static async lookUp(parts: DraftingParts, viewer: Viewer, inputs: readonly CheckedInput[]): Promise<Named> {
    const { workspaceId } = viewer;
    const own = inputs.length > 0 && viewer.userId !== undefined ? [viewer.userId] : [];
    const userIds = new Set([...own, ...inputs.flatMap((input) => input.userId ?? [])]);
    const activityIds = new Set(inputs.flatMap((input) => input.activityId ?? []));
    const keys = new Set(inputs.flatMap((input) => input.activityKey ?? []));
    const pathwayIds = new Set(inputs.flatMap(({ content }) => content.pathwayId ?? []));
    const [users, byId, byKey, pathways] = await Promise.all([
      parts.users.byIds(workspaceId, [...userIds]),
      parts.activities.byIds(workspaceId, [...activityIds]),
      parts.activities.byKeys(workspaceId, [...keys]),
      parts.pathways.byIds(workspaceId, [...pathwayIds]),
    ]);
    return new Named(
      new Map(users.flatMap((user) => user.identities.map((key) => [key, user] as const))),
      new Map([
        ...byId.map((activity) => [`id:${activity.id}`, activity] as const),
        ...byKey.map((activity) => [`key:${activity.key}`, activity] as const),
      ]),
      new Set(pathways.map(({ id }) => id)),
    );
  }

  /** @throws CodedError NOT_FOUND, FORBIDDEN naming the field below `field`. */
  actor(viewer: Viewer, input: CheckedInput, field: string): Actor {
    const own = this.#user(viewer.userId);
    const ownOnly = writesOwnOnly(viewer);
    if (input.userEmail !== undefined) {
      const key = emailIdentity(input.userEmail);
      if (ownOnly && !own?.identities.includes(key)) throw notOwn(`${field}.userEmail`);
      return { kind: 'USER', key, email: input.userEmail };
    }
    if (input.userId !== undefined) {
      const user = this.#user(input.userId);
      if (ownOnly && (user ?? input.userId) !== (own ?? viewer.userId)) throw notOwn(`${field}.userId`);
      if (!user) throw notFound('This user', `${field}.userId`);
      return actorOf(input.userId, user);
    }
    if (viewer.userId !== undefined) return actorOf(viewer.userId, own);
    return { kind: 'CLIENT', nativeId: viewer.credentialId };
  }

  /** Of one who was merged, the one that they are part of. */
  #user(id: Id | undefined): User | undefined {
    return id === undefined ? undefined : this.users.get(userIdentity(id));
  }

  /** @throws CodedError NOT_FOUND naming the field below `field`. */
  activity(input: CheckedInput, field: string): Activity | undefined {
    const [name, value] =
      input.activityId === undefined ? (['key', input.activityKey] as const) : (['id', input.activityId] as const);
    if (value === undefined) return undefined;
    const activity = this.activities.get(`${name}:${value}`);
    if (!activity) throw notFound('This activity', `${field}.${name === 'id' ? 'activityId' : 'activityKey'}`);
    return activity;
  }

  /** An archived one is there, too. @throws CodedError NOT_FOUND naming the field below `field`. */
  checkPathway({ content: { pathwayId } }: CheckedInput, field: string): void {
    if (pathwayId !== undefined && !this.pathwayIds.has(pathwayId)) {
      throw notFound('This pathway', `${field}.pathwayId`);
    }
  }
}

/** By the id that was given, though it be of one who is merged: taken out again, they have this entry with them. */
const actorOf = (id: Id, user: User | undefined): Actor => ({
  kind: 'USER',
  key: userIdentity(id),
  ...(user && { name: user.name }),
});

const notOwn = (field: string): CodedError =>
  new CodedError('FORBIDDEN', 'This credential may only write entries of its own user', field);

/**
 * The entry as it goes to the recorder. A repeat is recognised by key among what the credential's owner wrote, and is the
 * same if the caller said the same: what the gateway filled in does not count.
 */
export function draftOf(viewer: Viewer, input: CheckedInput, named: Named, field: string, now: Date): EntryDraft {
  const activity = named.activity(input, field);
  named.checkPathway(input, field);
  const entry: EntryDraft['entry'] = {
    ...input.content,
    source: 'GATEWAY',
    connectionId: viewer.owner,
    occurredAtMicros: input.occurredAtMicros ?? now.getTime() * 1000,
    actor: named.actor(viewer, input, field),
    activityRef: activity && activityRef(activity.id),
  };
  return {
    kind: 'entry',
    id: newId(),
    nativeKey: input.key,
    contentHash: input.key === undefined ? undefined : contentHashOf(said(input)),
    entry,
  };
}

function said({ key: _key, content, ...references }: CheckedInput): object {
  const { actionClass: _class, additionalData, ...given } = content;
  return {
    ...references,
    ...given,
    additionalData: additionalData === undefined ? undefined : (JSON.parse(additionalData) as unknown),
  };
}
