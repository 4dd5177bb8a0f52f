import type { Id } from '../base/ids.js';
import type { SourceSystem } from './source-system.js';

/** An object as a source names it. */
export interface ObjectName {
  readonly source: SourceSystem;
  readonly type: string;
  readonly id: string;
}

/** What somebody may follow: exactly one of these. */
export type FollowTarget =
  | { readonly kind: 'object'; readonly object: ObjectName }
  | { readonly kind: 'activity'; readonly activityId: Id }
  | { readonly kind: 'pathway'; readonly pathwayId: Id }
  | { readonly kind: 'user'; readonly userId: Id };

/** A target in one string. */
export type TargetKey = string;

export const objectTarget = ({ source, type, id }: ObjectName): TargetKey => `o:${JSON.stringify([source, type, id])}`;
export const activityTarget = (activityId: Id): TargetKey => `a:${activityId}`;
export const pathwayTarget = (pathwayId: Id): TargetKey => `p:${pathwayId}`;
export const userTarget = (userId: Id): TargetKey => `u:${userId}`;

export function targetKey(target: FollowTarget): TargetKey {
  switch (target.kind) {
    case 'object':
      return objectTarget(target.object);
    case 'activity':
      return activityTarget(target.activityId);
    case 'pathway':
      return pathwayTarget(target.pathwayId);
    case 'user':
      return userTarget(target.userId);
  }
}

/** That somebody follows something. */
export interface Follow {
  /** As it was given: of one who was merged since, it names whoever they are part of. */
  readonly userId: Id;
  readonly target: FollowTarget;
  readonly since: Date;
}

/** What a control entry of the noun `follow` says; its subject is the user. */
export interface FollowChange {
  readonly target: FollowTarget;
  readonly following: boolean;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export const followNoun = 'follow';
/** How many things one person may follow. */
export const maxFollows = 10_000;
