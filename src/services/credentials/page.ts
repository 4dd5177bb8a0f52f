import { decodePageCursor, encodeFeedCursor, encodePageCursor, type FeedPlace } from '../../base/cursor.js';
import { badInput, CodedError } from '../../base/errors.js';
import { type Id, isId } from '../../base/ids.js';
import type { LogReader } from '../../log/place.js';
import type { Credential } from '../../model/credential.js';
import { defaultPageSize, maxPageSize, type Page, type PageRequest } from '../../model/page.js';
import type { CredentialSpan, CredentialStore } from '../../store/credentials.js';
import { withoutSecret } from './record.js';

const list = 'credentials';

/** A page of a workspace's credentials in the order of their making. @throws CodedError naming the argument at fault. */
export async function credentialPage(
  credentials: CredentialStore,
  reader: LogReader,
  workspaceId: Id,
  request: PageRequest,
): Promise<Page<Credential>> {
  const { size, backward } = sizeOf(request);
  const settled = await reader.settle(workspaceId);
  const after = placeOf(request.after, 'after', settled);
  const before = placeOf(request.before, 'before', settled);
  const place = { ...settled, seq: Math.min(after?.seq ?? before?.seq ?? settled.seq, before?.seq ?? settled.seq) };
  const span: CredentialSpan = { ...(after && { after }), ...(before && { before }) };
  // One more than asked for tells whether the list goes on.
  const found = size === 0 ? [] : await credentials.find(workspaceId, { ...span, limit: size + 1, backward });
  const nodes = found.length <= size ? found : backward ? found.slice(1) : found.slice(0, size);
  const exists = (where: CredentialSpan): Promise<boolean> => credentials.exists(workspaceId, where);
  const [first, last] = [nodes[0], nodes.at(-1)];
  return {
    items: nodes.map((node) => ({
      cursor: encodePageCursor({ ...place, list, key: [node.id] }),
      node: withoutSecret(node),
    })),
    feedCursor: encodeFeedCursor(place),
    // An empty page stands where its reading began: at its cursor, or at that end of the list.
    hasNextPage: async () => {
      if (last) return exists({ after: { key: [last.id] } });
      if (!backward) return exists(after ? { after } : {});
      return before !== undefined && exists({ after: { ...before, inclusive: true } });
    },
    hasPreviousPage: async () => {
      if (first) return exists({ before: { key: [first.id] } });
      if (backward) return exists(before ? { before } : {});
      return after !== undefined && exists({ before: { ...after, inclusive: true } });
    },
    totalCount: () => credentials.count(workspaceId),
  };
}

function sizeOf({ first, last }: PageRequest): { size: number; backward: boolean } {
  if (first !== undefined && last !== undefined) throw badInput('last', 'Give first or last, not both');
  const [field, size] = last === undefined ? (['first', first ?? defaultPageSize] as const) : (['last', last] as const);
  if (!Number.isInteger(size) || size < 0 || size > maxPageSize) {
    throw badInput(field, `${field} must be a whole number from 0 to ${maxPageSize}`);
  }
  return { size, backward: last !== undefined };
}

function placeOf(cursor: string | undefined, field: string, here: FeedPlace): { key: [Id]; seq: number } | undefined {
  if (cursor === undefined) return undefined;
  const { workspaceId, epoch, seq, key } = decodePageCursor(cursor, list, field);
  if (workspaceId !== here.workspaceId || epoch !== here.epoch || !isId(key[0])) {
    throw new CodedError('CURSOR_UNKNOWN', `${field} is not a cursor of this list; load afresh without it`, field);
  }
  return { key: [key[0]], seq };
}
