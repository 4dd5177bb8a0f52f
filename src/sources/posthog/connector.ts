import type { Checkpoint, Connector, PullStep } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
import { checkpointOf } from '../checkpoint.js';
import { type PosthogSession, type PosthogSettings, readPage, secrets, settings } from './api.js';
import { beginWalk, type Walk, type WalkedPage, walkOn } from './walk.js';

/**
 * Reads PostHog's activity log, the newest rows first. Nobody can write into it; what is read there by others is told by
 * nobody, so it looks again and again.
 */
export const posthogConnector: Connector<PosthogSettings> = {
  system: 'POSTHOG',
  title: 'PostHog',
  defaultBaseUrl: 'https://us.posthog.com',
  settings,
  secrets,
  test: async (session) => {
    await readPage(session);
  },
  pull,
};

/** Where reading stands; times of rows are in microseconds since 1970. */
interface Place {
  /** All rows up to here were read, but for those of the past that is still to be read; 0: none were. */
  readonly known: number;
  /** When the last look began that came down to what was known; ISO 8601. */
  readonly lookedAt: string | null;
  /** A look at what is new, while it takes more than one page. */
  readonly look: Walk | null;
  /** The rest of the first look. */
  readonly past: Walk | null;
  /** When a way down the list was lost, and begun again; ISO 8601. */
  readonly lostAt: string | null;
}

const nothingRead: Place = { known: 0, lookedAt: null, look: null, past: null, lostAt: null };

/** While the past is being read, what is new is looked for so often. */
const lookEveryMs = 30_000;

async function pull(session: PosthogSession, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const place = (checkpoint as unknown as Place | undefined) ?? nothingRead;
  const isPast = place.past !== null && place.look === null && !isLookDue(place, session.now);
  return isPast ? readPast(session, place, place.past!) : lookOn(session, place);
}

const isLookDue = ({ lookedAt }: Place, now: Date): boolean =>
  lookedAt === null || now.getTime() - Date.parse(lookedAt) >= lookEveryMs;

/** From the newest row down to what is known. All that the first look does not find on its first page is the past. */
async function lookOn(session: PosthogSession, place: Place): Promise<PullStep> {
  const isFirst = place.known === 0 && place.past === null;
  const floor = isFirst ? sinceOf(session) : place.known - session.settings.overlapSeconds * 1_000_000;
  const walked = await walkOn(session, place.look ?? beginWalk(session.now), floor);
  if (!walked) return begunAgain({ ...place, look: null }, session.now);
  const { walk, isEnd } = walked;
  if (!isEnd && !isFirst) return step(walked, { ...place, look: walk });
  // A row of the future must not make all that come after it look old.
  const known = Math.max(place.known, Math.min(walk.top, Date.parse(walk.startedAt) * 1000));
  const past = isFirst && !isEnd ? walk : place.past;
  return step(walked, { ...place, known, lookedAt: walk.startedAt, look: null, past });
}

async function readPast(session: PosthogSession, place: Place, past: Walk): Promise<PullStep> {
  const walked = await walkOn(session, past, sinceOf(session));
  if (!walked) return begunAgain({ ...place, past: beginWalk(session.now) }, session.now);
  return step(walked, { ...place, past: walked.isEnd ? null : walked.walk });
}

function step({ rows, rejected, isEnd }: WalkedPage, place: Place): PullStep {
  const isCaughtUp = isEnd && place.past === null && place.look === null;
  return {
    rows,
    rejected,
    checkpoint: checkpointOf(place),
    isCaughtUp,
    coveredUntil: isCaughtUp && place.lookedAt !== null ? new Date(place.lookedAt) : undefined,
  };
}

const sinceOf = ({ settings: { since } }: PosthogSession): number =>
  since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since) * 1000;

const loseEveryMs = 3_600_000;

/** @throws UpstreamError MALFORMED for a source whose list is none: one that is lost again and again. */
function begunAgain(place: Place, now: Date): PullStep {
  const { lostAt } = place;
  if (lostAt !== null && now.getTime() - Date.parse(lostAt) < loseEveryMs) {
    throw malformed('The source gives the same page again and again, or refuses the pages that it names');
  }
  return { rows: [], checkpoint: checkpointOf({ ...place, lostAt: now.toISOString() }), isCaughtUp: false };
}
