import type { Checkpoint, Connector, PullStep } from '../../ingest/connector.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';
import { checkpointOf } from '../checkpoint.js';
import { pageRows } from '../page-rows.js';
import {
  type AWorldSession,
  type AWorldSettings,
  authOrigin,
  type LogPage,
  readPage,
  secrets,
  settings,
  type Whose,
} from './api.js';
import { toRow, writtenMs } from './rows.js';
import { aworldWriter } from './writer.js';

/**
 * Reads the activity logs of AWorld's users one after the other, by what was written last, and writes logs to it. AWorld
 * has no list of everybody's logs, so the users are named in the settings.
 */
export const aworldConnector: Connector<AWorldSettings> = {
  system: 'AWORLD',
  title: 'AWorld Lab',
  defaultBaseUrl: 'https://api.eu-west-1.aworld.cloud',
  otherOrigins: [authOrigin],
  settings,
  secrets,
  test: async (session) => {
    await readPage(session, whoseLists(session)[0]!);
  },
  pull,
  write: aworldWriter,
};

/** Where reading stands. */
interface Place {
  /** Tokens hold for the limit that they were given with, and for no other. */
  readonly limit: number;
  /** The round over all users that is under way. */
  readonly round: Round | null;
  /** Of users whose lists have more than one page: where their last page begins. */
  readonly lists: readonly ListPlace[];
  /** Empty pages in a row that all told of another one. */
  readonly empty: number;
}

interface Round {
  /** ISO 8601. */
  readonly startedAt: string;
  /** How many users there are. With other users, it begins again. */
  readonly users: number;
  /** Whose turn it is, by place in the list. */
  readonly turn: number;
  /** When a token of that user's list was refused in this turn; ISO 8601. */
  readonly droppedAt?: string;
}

/** @property edge nothing from there on was written before, in milliseconds since 1970. */
type ListPlace = readonly [whose: string, token: string, edge: number | null];

const maxEmpty = 50;

/** One page of one user. A user's last page is read again at every look, since it may have grown. */
async function pull(session: AWorldSession, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const lists = whoseLists(session);
  const { round, ...place } = placeOf(session, checkpoint, lists.length);
  const whose = lists[round.turn]!;
  const key = `${whose.header ?? ''}:${whose.id}`;
  const [, token, edge] = place.lists.find(([name]) => name === key) ?? [];
  const others = place.lists.filter(([name]) => name !== key);
  const page = await readPage(session, whose, token).catch((error: unknown) => staleToken(error, token));
  if (!page) {
    const dropped: Round = { ...round, droppedAt: droppedNow(round, session.now) };
    return { rows: [], checkpoint: checkpointOf({ ...place, round: dropped, lists: others }), isCaughtUp: false };
  }
  const last = checkedOrder(page, edge ?? null, token);
  const rows = pageRows(page.texts, toRow);
  if (page.nextToken !== undefined) {
    const empty = page.texts.length === 0 ? place.empty + 1 : 0;
    if (empty > maxEmpty) throw malformed('The source tells of ever more pages, and there is nothing on them');
    const next: Place = { ...place, round, empty, lists: [...others, [key, page.nextToken, last]] };
    return { ...rows, checkpoint: checkpointOf(next), isCaughtUp: false };
  }
  const turn = round.turn + 1;
  const isCaughtUp = turn === lists.length;
  return {
    ...rows,
    checkpoint: checkpointOf({
      ...place,
      empty: 0,
      round: isCaughtUp ? null : { ...round, turn, droppedAt: undefined },
    }),
    isCaughtUp,
    coveredUntil: isCaughtUp ? new Date(round.startedAt) : undefined,
  };
}

function whoseLists({ settings: { userIds, externalUserIds } }: AWorldSession): Whose[] {
  const lists: Whose[] = [
    ...userIds.map((id) => ({ header: 'x-user-id', id }) as const),
    ...externalUserIds.map((id) => ({ header: 'x-external-user-id', id }) as const),
  ];
  return lists.length > 0 ? lists : [{ id: '' }];
}

function placeOf(
  { settings: { limit }, now }: AWorldSession,
  checkpoint: Checkpoint | undefined,
  users: number,
): Place & { readonly round: Round } {
  const kept = checkpoint as unknown as Place | undefined;
  const known: Place = kept?.limit === limit ? kept : { limit, round: null, lists: [], empty: 0 };
  const isUnderWay = known.round?.users === users;
  return { ...known, round: isUnderWay ? known.round! : { startedAt: now.toISOString(), users, turn: 0 } };
}

function staleToken(error: unknown, token: string | undefined): undefined {
  if (token !== undefined && error instanceof UpstreamError && error.status === 400) return undefined;
  throw error;
}

const dropEveryMs = 3_600_000;

/**
 * A token that is no good any more has the user's list read from its beginning; again only after an hour, in which a token may
 * have run out while the source was away.
 * @throws UpstreamError MALFORMED for a list whose tokens are never good.
 */
function droppedNow({ droppedAt }: Round, now: Date): string {
  if (droppedAt !== undefined && now.getTime() - Date.parse(droppedAt) < dropEveryMs) {
    throw malformed('The source refuses the tokens that it has just given');
  }
  return now.toISOString();
}

/** When the last log of a page was written. @throws UpstreamError MALFORMED for a list that goes backwards or in circles. */
function checkedOrder({ texts, nextToken }: LogPage, edge: number | null, token: string | undefined): number | null {
  if (nextToken !== undefined && nextToken === token) throw malformed('The source gives the same page again and again');
  const written = texts.map(writtenMs).filter((ms) => !Number.isNaN(ms));
  if (edge !== null && written.some((ms) => ms < edge)) {
    throw malformed(
      'The source gives the same page again and again: its list goes back to logs that were written before',
    );
  }
  return written.reduce<number | null>((most, ms) => Math.max(most ?? ms, ms), edge);
}
