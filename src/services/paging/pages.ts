import { encodeFeedCursor, encodePageCursor } from '../../base/cursor.js';
import { CodedError } from '../../base/errors.js';
import type { Page } from '../../model/page.js';
import type { Slice, Span } from '../../store/keyset.js';
import type { ListName, PageStart } from './places.js';
import type { CheckedRequest } from './request.js';

/** One ordered list, as a page is cut from it. */
export interface ListSource<T> {
  find(slice: Slice): Promise<T[]>;
  exists(span: Span): Promise<boolean>;
  count(): Promise<number>;
  keyOf(node: T): readonly (number | string)[];
}

/** Cuts the page that was asked for; what lies beside it is looked up only when its flags are asked for. */
export async function cutPage<T>(
  source: ListSource<T>,
  name: ListName,
  start: PageStart,
  request: CheckedRequest,
): Promise<Page<T>> {
  const span: Span = {
    ...(start.after && { after: { key: start.after } }),
    ...(start.before && { before: { key: start.before } }),
  };
  const { size, backward } = request;
  // One more than asked for tells, without another look, that the list goes on in the direction of reading.
  const found = size === 0 ? [] : await source.find({ ...span, limit: size + 1, enough: size, backward });
  const more = found.length > size;
  const nodes = more ? (backward ? found.slice(1) : found.slice(0, size)) : found;
  // A page that could not be filled is where an open list ends; looking for more would be as long as looking for the page.
  const isEnd = nodes.length < size && !(backward ? span.after : span.before);
  const ahead = more ? true : isEnd ? false : undefined;
  const beside = neighbours(source, span, nodes, backward);
  const exists = async (where: Span | undefined): Promise<boolean> => where !== undefined && mayExist(source, where);
  return {
    items: nodes.map((node) => new Item(node, source.keyOf(node), name.list, start)),
    feedCursor: encodeFeedCursor(start.place),
    hasNextPage: once(async () => (backward ? undefined : ahead) ?? exists(beside.next)),
    hasPreviousPage: once(async () => (backward ? ahead : undefined) ?? exists(beside.previous)),
    totalCount: once(() => source.count()),
  };
}

/** The page is right whether or not what lies beside it can be found in time: what is not known may be there. */
const mayExist = (source: ListSource<unknown>, where: Span): Promise<boolean> =>
  source.exists(where).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'QUERY_TOO_SLOW') return true;
    throw error;
  });

/**
 * What lies after and before a page; undefined where nothing can: a page that was read from an end of the list begins there.
 * An empty page stands where its reading began: at its cursor, or at that end of the list.
 */
function neighbours<T>(
  source: ListSource<T>,
  span: Span,
  nodes: readonly T[],
  backward: boolean,
): { next: Span | undefined; previous: Span | undefined } {
  if (nodes.length > 0) {
    return {
      next: backward && !span.before ? undefined : { after: { key: source.keyOf(nodes.at(-1)!) } },
      previous: !backward && !span.after ? undefined : { before: { key: source.keyOf(nodes[0]!) } },
    };
  }
  if (backward) {
    if (!span.before) return { next: undefined, previous: {} };
    return { next: { after: { key: span.before.key, inclusive: true } }, previous: { before: span.before } };
  }
  if (!span.after) return { next: {}, previous: undefined };
  return { next: { after: span.after }, previous: { before: { key: span.after.key, inclusive: true } } };
}

/** Its cursor is made only when somebody asks. */
class Item<T> {
  constructor(
    readonly node: T,
    private readonly key: readonly (number | string)[],
    private readonly list: string,
    private readonly start: PageStart,
  ) {}

  get cursor(): string {
    const { workspaceId, epoch, seq } = this.start.place;
    return encodePageCursor({ workspaceId, epoch, seq, list: this.list, key: this.key });
  }
}

/** Asked for twice in one operation, looked up once. */
function once<V>(look: () => Promise<V>): () => Promise<V> {
  let looked: Promise<V> | undefined;
  return () => {
    looked ??= look();
    return looked;
  };
}
