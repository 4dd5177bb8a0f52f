import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import { slicesOf } from '../base/slices.js';
import type { Activity } from '../model/activity.js';
import { activityLimits } from '../model/activity-input.js';
import { enrolmentLimits } from '../model/enrolment-input.js';
import { type IdentityKey, nativeActivityRef } from '../model/identity.js';
import { type Pathway, pathwayLevels } from '../model/pathway.js';
import { type PathwayActivityInput, pathwayLimits } from '../model/pathway-input.js';
import type { Source } from '../model/source.js';
import type { Viewer } from '../model/viewer.js';
import type { ActivityService } from '../services/activities.js';
import type { EnrolmentService } from '../services/enrolments.js';
import type { PathwayService } from '../services/pathways.js';
import type { Activities } from '../store/activities.js';
import type { Users } from '../store/users.js';
import type { SourcePathway } from './connector.js';

/** What a source says of a pathway, and who is on it by the identities that its rows name people under. */
export interface PathwaySaid {
  readonly pathway: SourcePathway;
  /** With their groups. */
  readonly enrolled: ReadonlyMap<IdentityKey, readonly string[]>;
  /** Who was on it and is not any more. */
  readonly left: readonly IdentityKey[];
}

export interface SourcePathwayParts {
  readonly activityService: Pick<ActivityService, 'createMany' | 'update'>;
  readonly pathwayService: Pick<PathwayService, 'get' | 'create' | 'update'>;
  readonly enrolmentService: Pick<EnrolmentService, 'enrol' | 'withdraw'>;
  readonly activities: Pick<Activities, 'byRefs'>;
  readonly users: Pick<Users, 'byIdentities'>;
}

const atOnce = 1_000;

/**
 * Pathways as their sources have them: definitions of activities, the pathway, who is on it. Each is changed only where it
 * is otherwise, so the same said again writes nothing. What a source does not say of a pathway stays as people made it, and
 * whom it never named stays enrolled.
 */
export class SourcePathways {
  constructor(private readonly parts: SourcePathwayParts) {}

  /** Answers the pathway's id. @throws CodedError */
  async settle(source: Source, { pathway, enrolled, left }: PathwaySaid): Promise<Id> {
    const viewer = viewerOf(source);
    const activities = await this.#activities(viewer, source, pathway);
    const { id, archived } = await this.#pathway(viewer, pathway, activities);
    const users = new Map<Id, readonly string[]>();
    for (const [key, userId] of await this.#userIds(viewer, [...enrolled.keys()]))
      users.set(userId, enrolled.get(key)!);
    // Nobody can be enrolled on one that somebody here has archived.
    if (!archived) await this.#enrol(viewer, id, users);
    const gone = [...(await this.#userIds(viewer, left)).values()].filter((userId) => !users.has(userId));
    for (const userIds of slicesOf([...new Set(gone)], atOnce)) {
      await this.parts.enrolmentService.withdraw(viewer, { pathwayId: id, userIds });
    }
    return id;
  }

  async #activities(
    viewer: Viewer,
    { system }: Source,
    { activities }: SourcePathway,
  ): Promise<PathwayActivityInput[]> {
    const { activityService } = this.parts;
    const refOf = (id: string) => nativeActivityRef(system, id);
    const find = async (): Promise<ReadonlyMap<string, Activity>> => {
      const refs = activities.map(({ id }) => refOf(id));
      const found = await this.parts.activities.byRefs(viewer.workspaceId, refs);
      return new Map(found.flatMap((activity) => activity.refs.map((ref) => [ref, activity] as const)));
    };
    let known = await find();
    // A key may be another's already; what sets the definition apart is the source's id.
    for (const keyOf of [(id: string) => id, (id: string) => `${system}:${id}`]) {
      const missing = activities.filter(({ id }) => !known.has(refOf(id)));
      if (missing.length === 0) break;
      const inputs = missing.map(({ id, name }) => ({
        key: cut(keyOf(id), activityLimits.key)!,
        name: cut(name, activityLimits.name) ?? id,
        sourceIds: [{ source: system, id }],
      }));
      await activityService.createMany(viewer, inputs);
      known = await find();
    }
    for (const { id, name: said } of activities) {
      const activity = known.get(refOf(id));
      const name = cut(said, activityLimits.name);
      if (activity && name !== undefined && activity.name !== name) {
        await activityService.update(viewer, { id: activity.id, name });
      }
    }
    return activities.flatMap(({ id, level, required, type, fulfilmentType }) => {
      const activity = known.get(refOf(id));
      if (!activity) return [];
      return {
        activityId: activity.id,
        level: Math.min(Math.max(Math.trunc(level) || pathwayLevels.from, pathwayLevels.from), pathwayLevels.to),
        required,
        type: cut(type, pathwayLimits.type),
        fulfilmentType: cut(fulfilmentType, pathwayLimits.fulfilmentType),
      };
    });
  }

  async #pathway(viewer: Viewer, said: SourcePathway, all: readonly PathwayActivityInput[]): Promise<Pathway> {
    const { pathwayService } = this.parts;
    const key = cut(said.id, pathwayLimits.key)!;
    const name = cut(said.name, pathwayLimits.name) ?? key;
    const activities = all.slice(0, pathwayLimits.activities);
    const known = await pathwayService.get(viewer, { key });
    if (!known) {
      try {
        return (await pathwayService.create(viewer, { key, name, activities })).node;
      } catch (error) {
        // Another process may just have made it.
        if (error instanceof CodedError && error.code === 'CONFLICT') return this.#pathway(viewer, said, all);
        throw error;
      }
    }
    const isSame = known.name === name && textOf(known.activities) === textOf(activities);
    return isSame ? known : (await pathwayService.update(viewer, { id: known.id, name, activities })).node;
  }

  async #enrol(viewer: Viewer, pathwayId: Id, groupsOf: ReadonlyMap<Id, readonly string[]>): Promise<void> {
    for (const some of slicesOf([...groupsOf], atOnce)) {
      const users = some.map(([userId, groups]) => ({ userId, groups: enrolmentGroups(groups) }));
      await this.parts.enrolmentService.enrol(viewer, { pathwayId, users });
    }
  }

  /** Who the identities are, where that is known. */
  async #userIds({ workspaceId }: Viewer, keys: readonly IdentityKey[]): Promise<Map<IdentityKey, Id>> {
    const owners = new Map<IdentityKey, Id>();
    for (const some of slicesOf(keys, atOnce)) {
      for (const { id, identities } of await this.parts.users.byIdentities(workspaceId, some)) {
        for (const key of identities) owners.set(key, id);
      }
    }
    return new Map(keys.flatMap((key) => (owners.has(key) ? [[key, owners.get(key)!] as const] : [])));
  }
}

/** The groups that an enrolment can have. */
export const enrolmentGroups = (groups: readonly string[]): string[] =>
  [...new Set(groups.flatMap((group) => cut(group, enrolmentLimits.group) ?? []))].slice(0, enrolmentLimits.groups);

/** Changes that a source has said are made in its name. */
const viewerOf = ({ id, workspaceId }: Source): Viewer => ({
  workspaceId,
  credentialId: id,
  owner: `source:${id}`,
  scopes: new Set(['activity_log:write', 'pathway:read', 'pathway:write']),
});

/** Undefined where nothing is left. */
const cut = (text: string | undefined, length: number): string | undefined =>
  text?.toWellFormed().trim().slice(0, length).toWellFormed().trim() || undefined;

const textOf = (activities: readonly PathwayActivityInput[]): string =>
  JSON.stringify(
    activities.map(({ activityId, level, required, type, fulfilmentType }) => [
      activityId,
      level,
      required,
      type ?? null,
      fulfilmentType ?? null,
    ]),
  );
