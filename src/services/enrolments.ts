import { canReadPathways, canWritePathways, requireScope } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { CodedError, notFound } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { LogWriter } from '../log/writer.js';
import type { Enrolment } from '../model/enrolment.js';
import type { EnrolmentFilter, EnrolOutcome, EnrolUsersInput, WithdrawUsersInput } from '../model/enrolment-input.js';
import { userIdentity, userIdsAmong } from '../model/identity.js';
import type { Page, PageRequest } from '../model/page.js';
import type { Viewer } from '../model/viewer.js';
import type { ControlLinks, ControlRecord } from '../store/control-links.js';
import { type EnrolmentSelection, type Enrolments, enrolmentKey } from '../store/enrolments.js';
import type { Pathways } from '../store/pathways.js';
import type { Users } from '../store/users.js';
import { whichIsMeant, whoIsMeant } from './activity-logs/meanings.js';
import { checkNewcomer } from './enrolments/input.js';
import { type EnrolmentsOfPathways, enrolmentList, enrolmentsOfPathways } from './enrolments/of-pathways.js';
import { type OnRoster, Roster } from './enrolments/roster.js';
import { type Attempt, attempt, checkId, checkIds, checkList, checkNounBatch, itemError } from './input/checks.js';
import { placed } from './nouns/changes.js';
import { NounHistory } from './nouns/history.js';
import type { ChangedItem, ReaderContext } from './nouns/results.js';
import { FeedCursors } from './paging/epochs.js';
import { cutPage } from './paging/pages.js';
import { type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';
import { onlyUserIds } from './pathways/own.js';

export interface ListEnrolments {
  readonly filter?: EnrolmentFilter | null;
  readonly page: PageRequest;
}

export interface EnrolmentItem extends ChangedItem<Enrolment> {
  /** Absent where there is an error, and of withdrawals. */
  readonly outcome?: EnrolOutcome;
}

export interface EnrolmentItems {
  /** In the order of the inputs. */
  readonly results: readonly EnrolmentItem[];
  readonly cursor: string;
}

export interface EnrolmentServiceParts extends PagingParts {
  readonly enrolments: Enrolments;
  readonly pathways: Pathways;
  readonly users: Users;
  readonly links: ControlLinks;
  readonly writer: LogWriter;
  readonly clock: Clock;
}

/** Who is on which pathway. With `pathway:read:own` only the enrolments of the viewer's user are there. */
export class EnrolmentService {
  readonly #history: NounHistory<Enrolment>;
  readonly #cursors: FeedCursors;

  constructor(private readonly parts: EnrolmentServiceParts) {
    this.#history = new NounHistory({ ...parts, noun: 'enrolment', documents: parts.enrolments });
    this.#cursors = new FeedCursors(parts.states);
  }

  /** Ordered by when they began. */
  async list(viewer: Viewer, args: ListEnrolments): Promise<Page<Enrolment>> {
    requireScope(canReadPathways(viewer), 'pathway:read');
    const request = checkRequest(args.page);
    const { workspaceId } = viewer;
    const start = await startPage(this.parts, workspaceId, enrolmentList, request);
    const selection = await this.#selection(viewer, args.filter ?? {});
    const source = {
      find: (slice) => this.parts.enrolments.find(workspaceId, selection, slice),
      exists: (span) => this.parts.enrolments.exists(workspaceId, selection, span),
      count: () => this.parts.enrolments.count(workspaceId, selection),
      keyOf: enrolmentKey,
    } satisfies Parameters<typeof cutPage<Enrolment>>[0];
    return cutPage(source, enrolmentList, start, request);
  }

  /** Pages of who is on pathways, looked up together for all that are asked for in one turn. @throws CodedError FORBIDDEN. */
  ofPathways(who: ReaderContext): EnrolmentsOfPathways {
    requireScope(canReadPathways(who), 'pathway:read');
    let only: Promise<Pick<EnrolmentSelection, 'onlyUserIds'>> | undefined;
    const narrowed = () => {
      only ??= onlyUserIds(this.parts.users, who).then((own) => ({ onlyUserIds: own }));
      return only;
    };
    return enrolmentsOfPathways(this.parts, who.workspaceId, narrowed);
  }

  /**
   * Up to 1,000 people by one entry of the log, each on their own: who cannot be enrolled does not keep the others out. Who
   * is enrolled already stays so, with the groups that are given; so the same again changes nothing.
   * @throws CodedError FORBIDDEN, TOO_LARGE; NOT_FOUND, CONFLICT naming `input.pathwayId`.
   */
  async enrol(viewer: Viewer, input: EnrolUsersInput): Promise<EnrolmentItems> {
    requireScope(canWritePathways(viewer), 'pathway:write');
    checkNounBatch(input.users, 'input.users');
    const asked = input.users.map((one, index) => attempt(() => checkNewcomer(one, `input.users[${index}]`)));
    const keys = asked.flatMap((one) => (one.ok ? [one.value.key] : []));
    return this.#change(viewer, input.pathwayId, keys, asked, 'enrolled', (roster, newcomer, at) =>
      roster.enrol(newcomer, at),
    );
  }

  /** Up to 1,000 people by one entry of the log, each on their own. @throws CodedError FORBIDDEN, TOO_LARGE, NOT_FOUND. */
  async withdraw(viewer: Viewer, input: WithdrawUsersInput): Promise<EnrolmentItems> {
    requireScope(canWritePathways(viewer), 'pathway:write');
    checkNounBatch(input.userIds, 'input.userIds');
    const asked = input.userIds.map((id, index) => {
      const field = `input.userIds[${index}]`;
      return attempt(() => ({ userId: checkId(id, field)!, field }));
    });
    const keys = asked.flatMap((one) => (one.ok ? [userIdentity(one.value.userId)] : []));
    return this.#change(viewer, input.pathwayId, keys, asked, 'withdrawn', (roster, one, at) =>
      roster.withdraw(one.userId, one.field, at),
    );
  }

  /** Finishes what a crash left between the log and the documents, or rebuilds the documents from the log. */
  catchUp(workspaceId: Id): Promise<number> {
    return this.#history.catchUp(workspaceId);
  }

  /** Brings the documents to what one control entry says of enrolments; others are passed over. */
  applyEnrolmentControl(workspaceId: Id, record: ControlRecord): Promise<void> {
    return this.#history.apply(workspaceId, record);
  }

  /** Decides for each of the items, in their order, and writes what changes. */
  async #change<T extends { readonly field: string }>(
    { workspaceId, userId: by }: Viewer,
    pathway: Id,
    keys: readonly string[],
    items: readonly Attempt<T>[],
    name: 'enrolled' | 'withdrawn',
    decide: (roster: Roster, item: T, at: Date) => OnRoster & { readonly outcome?: EnrolOutcome },
  ): Promise<EnrolmentItems> {
    const pathwayId = checkId(pathway, 'input.pathwayId')!;
    const { seq, result } = await this.#history.change(workspaceId, async () => {
      const at = this.parts.clock.now();
      const roster = await this.#roster(workspaceId, pathwayId, keys, name === 'enrolled');
      const result = items.map((item) => (item.ok ? attempt(() => decide(roster, item.value, at)) : item));
      const set = roster.changed;
      return { change: set.length > 0 ? { name, set, removed: [], at, by } : undefined, result };
    });
    return {
      results: result.map((one) => {
        if (!one.ok) return { error: itemError(one.error) };
        const { state, outcome } = one.value;
        return { node: placed<Enrolment>(state, workspaceId, one.value.seq ?? seq), outcome };
      }),
      cursor: await this.#cursors.of(workspaceId, seq),
    };
  }

  async #roster(workspaceId: Id, pathwayId: Id, keys: readonly string[], admits: boolean): Promise<Roster> {
    const { pathways, users, enrolments } = this.parts;
    const [[pathway], people] = await Promise.all([
      pathways.byIds(workspaceId, [pathwayId]),
      users.byIdentities(workspaceId, keys),
    ]);
    if (!pathway) throw notFound('This pathway', 'input.pathwayId');
    if (admits && pathway.archived) {
      throw new CodedError('CONFLICT', 'This pathway is archived: nobody can be enrolled', 'input.pathwayId');
    }
    const userIds = userIdsAmong([...keys, ...people.flatMap(({ identities }) => identities)]);
    return new Roster(pathwayId, people, await enrolments.ofUsers(workspaceId, pathwayId, [...new Set(userIds)]));
  }

  async #selection(viewer: Viewer, filter: EnrolmentFilter): Promise<EnrolmentSelection> {
    const { workspaceId } = viewer;
    const ids = checkIds(filter.ids, 'filter.ids');
    const groups = checkList(filter.groups, 'filter.groups');
    const pathways = checkList(filter.pathways, 'filter.pathways');
    const users = checkList(filter.users, 'filter.users');
    const [which, people, own] = await Promise.all([
      pathways && whichIsMeant(this.parts, workspaceId, pathways),
      users && whoIsMeant(this.parts, workspaceId, users),
      onlyUserIds(this.parts.users, viewer),
    ]);
    return { ids, groups, pathwayIds: which?.keys, userIds: people && userIdsAmong(people.keys), onlyUserIds: own };
  }
}
