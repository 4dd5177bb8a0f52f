import { canReadPathways, canWritePathways, requireScope } from '../auth/policies.js';
import { badInput } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Page, PageRequest } from '../model/page.js';
import type { Pathway } from '../model/pathway.js';
import type {
  CreatePathwayInput,
  PathwayFilter,
  ReorderPathwayActivitiesInput,
  UpdatePathwayInput,
} from '../model/pathway-input.js';
import type { Viewer } from '../model/viewer.js';
import type { Activities } from '../store/activities.js';
import type { ControlRecord } from '../store/control-links.js';
import type { Enrolments } from '../store/enrolments.js';
import { nameKey } from '../store/named-nouns.js';
import type { Pathways } from '../store/pathways.js';
import type { Users } from '../store/users.js';
import { checkExactlyOne, checkId, checkIds, checkList, checkSearch, checkWellFormed } from './input/checks.js';
import { type ChangingParts, NounChanges } from './nouns/changes.js';
import { isNameKey } from './nouns/keys.js';
import type { Changed, ReaderContext } from './nouns/results.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';
import { type PathwaysOfUsers, pathwaysOfUsers } from './pathways/of-users.js';
import { onlyPathwayIds } from './pathways/own.js';
import {
  archivedPathway,
  newPathway,
  PathwayClaims,
  type PathwayState,
  reorderedPathway,
  updatedPathway,
} from './pathways/states.js';

export interface ListPathways {
  readonly filter?: PathwayFilter | null;
  readonly page: PageRequest;
}

export interface PathwayServiceParts extends PagingParts, ChangingParts {
  readonly pathways: Pathways;
  readonly enrolments: Pick<Enrolments, 'pathwaysOf'>;
  readonly activities: Pick<Activities, 'byIds'>;
  readonly users: Pick<Users, 'byIds'>;
}

const pathwayList = { list: 'pathways', isKey: isNameKey };

/** The pathways of a workspace. With `pathway:read:own` only those are there that the viewer's user is on. */
export class PathwayService {
  readonly #changes: NounChanges<Pathway, CreatePathwayInput>;

  constructor(private readonly parts: PathwayServiceParts) {
    this.#changes = new NounChanges(parts, {
      noun: 'pathway',
      documents: parts.pathways,
      made: newPathway,
      claims: (workspaceId, states) => this.#claims(workspaceId, states),
    });
  }

  /**
   * Exactly one of the arguments.
   * @throws CodedError BAD_USER_INPUT also for a name of several, listing their ids.
   */
  async get(
    viewer: Viewer,
    by: { readonly id?: Id | null; readonly key?: string | null; readonly name?: string | null },
  ): Promise<Pathway | undefined> {
    requireScope(canReadPathways(viewer), 'pathway:read');
    checkExactlyOne({ id: by.id, key: by.key, name: by.name });
    checkWellFormed(by.key, 'key');
    checkWellFormed(by.name, 'name');
    const [own, found] = await Promise.all([onlyPathwayIds(this.parts, viewer), this.#named(viewer.workspaceId, by)]);
    const seen = found.filter(({ id }) => !own || own.has(id));
    if (seen.length > 1) {
      const ids = seen.map(({ id }) => id).sort();
      throw badInput('name', `Several pathways have this name; give the id of one: ${ids.join(', ')}`);
    }
    return seen[0];
  }

  /** Ordered by name. */
  async list(viewer: Viewer, args: ListPathways): Promise<Page<Pathway>> {
    requireScope(canReadPathways(viewer), 'pathway:read');
    const request = checkRequest(args.page);
    const ids = checkIds(args.filter?.ids, 'filter.ids');
    const filter: PathwayFilter = {
      keys: checkList(args.filter?.keys, 'filter.keys'),
      activityIds: checkIds(args.filter?.activityIds, 'filter.activityIds'),
      archived: args.filter?.archived,
      search: checkSearch(args.filter?.search, 'filter.search'),
    };
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, pathwayList, request);
    const own = await onlyPathwayIds(this.parts, viewer);
    const seen: PathwayFilter = { ...filter, ids: own ? (ids ?? [...own]).filter((id) => own.has(id)) : ids };
    const source = {
      find: (slice) => this.parts.pathways.find(workspaceId, seen, slice),
      exists: (span) => this.parts.pathways.exists(workspaceId, seen, span),
      count: () => this.parts.pathways.count(workspaceId, seen),
      keyOf: nameKey<Pathway>,
    } satisfies Parameters<typeof cutPage<Pathway>>[0];
    return cutPage(source, pathwayList, start, request);
  }

  async create(viewer: Viewer, input: CreatePathwayInput): Promise<Changed<Pathway>> {
    requireScope(canWritePathways(viewer), 'pathway:write');
    return this.#changes.create(viewer.workspaceId, input);
  }

  async update(viewer: Viewer, input: UpdatePathwayInput): Promise<Changed<Pathway>> {
    requireScope(canWritePathways(viewer), 'pathway:write');
    return this.#changes.update(viewer.workspaceId, { id: input.id, field: 'input.id' }, (pathway, at) =>
      updatedPathway(pathway, input, 'input', at),
    );
  }

  /** @throws CodedError CONFLICT naming `input.activityIds` where they are not precisely those that the pathway has. */
  async reorder(viewer: Viewer, input: ReorderPathwayActivitiesInput): Promise<Changed<Pathway>> {
    requireScope(canWritePathways(viewer), 'pathway:write');
    const next = (pathway: Pathway, at: Date): PathwayState => reorderedPathway(pathway, input, at);
    return this.#changes.update(viewer.workspaceId, { id: input.id, field: 'input.id' }, next, 'reordered');
  }

  /** Closes a pathway to newcomers, or opens it again. Whoever is on it stays. */
  async archive(viewer: Viewer, id: Id, archived: boolean): Promise<Changed<Pathway>> {
    requireScope(canWritePathways(viewer), 'pathway:write');
    const next = (pathway: Pathway, at: Date): PathwayState | undefined => archivedPathway(pathway, archived, at);
    return this.#changes.update(viewer.workspaceId, { id, field: 'id' }, next, 'archived');
  }

  /** For a DataLoader: one per id, in order; undefined where there is none to be seen. @throws CodedError FORBIDDEN. */
  async byId(who: ReaderContext, ids: readonly Id[]): Promise<(Pathway | undefined)[]> {
    requireScope(canReadPathways(who), 'pathway:read');
    const [own, found] = await Promise.all([
      onlyPathwayIds(this.parts, who),
      this.parts.pathways.byIds(who.workspaceId, ids),
    ]);
    const seen = new Map(found.filter(({ id }) => !own || own.has(id)).map((pathway) => [pathway.id, pathway]));
    return ids.map((id) => seen.get(id));
  }

  /** Pages of what users are on, looked up together for all who are asked for in one turn. @throws CodedError FORBIDDEN. */
  ofUsers(who: ReaderContext): PathwaysOfUsers {
    requireScope(canReadPathways(who), 'pathway:read');
    return pathwaysOfUsers(this.parts, who);
  }

  /** Finishes what a crash left between the log and the documents, or rebuilds the documents from the log. */
  catchUp(workspaceId: Id): Promise<number> {
    return this.#changes.history.catchUp(workspaceId);
  }

  /** Brings the documents to what one control entry says of pathways; others are passed over. */
  applyPathwayControl(workspaceId: Id, record: ControlRecord): Promise<void> {
    return this.#changes.history.apply(workspaceId, record);
  }

  #named(workspaceId: Id, by: Parameters<PathwayService['get']>[1]): Promise<Pathway[]> {
    const { pathways } = this.parts;
    const id = checkId(by.id, 'id');
    if (id) return pathways.byIds(workspaceId, [id]);
    return by.key ? pathways.byKeys(workspaceId, [by.key]) : pathways.byNames(workspaceId, [by.name ?? '']);
  }

  async #claims(workspaceId: Id, states: readonly PathwayState[]): Promise<PathwayClaims> {
    const keys = states.map(({ key }) => key);
    const activityIds = states.flatMap(({ activities }) => activities.map(({ activityId }) => activityId));
    const [rivals, former, activities] = await Promise.all([
      this.parts.pathways.byKeys(workspaceId, keys),
      this.parts.pathways.byIds(
        workspaceId,
        states.map(({ id }) => id),
      ),
      this.parts.activities.byIds(workspaceId, activityIds),
    ]);
    return new PathwayClaims([...rivals, ...former], new Set(activities.map(({ id }) => id)));
  }
}
