import DataLoader from 'dataloader';
import { CodedError } from '../../base/errors.js';
import { type Id, isId } from '../../base/ids.js';
import type { Enrolment } from '../../model/enrolment.js';
import type { Page, PageRequest } from '../../model/page.js';
import { type EnrolmentSelection, type Enrolments, enrolmentKey } from '../../store/enrolments.js';
import type { Slice } from '../../store/keyset.js';
import { checkList } from '../input/checks.js';
import { cutPage, type ListSource } from '../paging/pages.js';
import { type ListName, type PagingParts, startPage } from '../paging/places.js';
import { checkRequest } from '../paging/request.js';

/** Which enrolments of one pathway. */
export interface EnrolmentsOfPathway {
  readonly pathwayId: Id;
  readonly groups?: readonly string[] | null;
  readonly page: PageRequest;
}

export type EnrolmentsOfPathways = (list: EnrolmentsOfPathway) => Promise<Page<Enrolment>>;

export const enrolmentList: ListName = {
  list: 'enrolments',
  isKey: ([at, id, ...more]) => Number.isSafeInteger(at) && isId(id) && more.length === 0,
};

/** How many enrolments all the lists of one turn may ask for together. */
const maxEnrolmentsAtOnce = 20_000;

/**
 * Pages of the enrolments of pathways: one look-up for every hundred lists that are asked for in one turn, and likewise for
 * their flags and totals, where those are asked for.
 * @param narrowed resolves once to what the viewer may see.
 */
export function enrolmentsOfPathways(
  parts: PagingParts & { readonly enrolments: Pick<Enrolments, 'findEach' | 'countEach'> },
  workspaceId: Id,
  narrowed: () => Promise<Pick<EnrolmentSelection, 'onlyUserIds'>>,
): EnrolmentsOfPathways {
  const { enrolments } = parts;
  const cacheKeyFn = JSON.stringify as (asked: object) => string;
  const slices = new DataLoader<{ selection: EnrolmentSelection; slice: Slice }, Enrolment[], string>(
    async (wanted) => {
      // One more of each is read than is shown.
      const items = wanted.reduce((sum, { slice }) => sum + slice.limit - 1, 0);
      if (items > maxEnrolmentsAtOnce) throw tooMany();
      return enrolments.findEach(workspaceId, wanted);
    },
    { cacheKeyFn },
  );
  const counts = new DataLoader<EnrolmentSelection, number, string>(
    (selections) => enrolments.countEach(workspaceId, selections),
    { cacheKeyFn },
  );
  return async ({ pathwayId, groups, page }) => {
    const request = checkRequest(page);
    const asked = checkList(groups, 'groups');
    const [start, only] = await Promise.all([startPage(parts, workspaceId, enrolmentList, request), narrowed()]);
    const selection: EnrolmentSelection = { pathwayIds: [pathwayId], groups: asked, ...only };
    const source: ListSource<Enrolment> = {
      find: (slice) => slices.load({ selection, slice }),
      exists: async (span) => (await slices.load({ selection, slice: { ...span, limit: 1 } })).length > 0,
      count: () => counts.load(selection),
      keyOf: enrolmentKey,
    };
    return cutPage(source, enrolmentList, start, request);
  };
}

const tooMany = (): CodedError =>
  new CodedError('TOO_COSTLY', `One operation shows at most ${maxEnrolmentsAtOnce} enrolments of pathways`, 'first');
