import type { Checkpoint, Connector, PullStep } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
import type { Backfill } from '../../model/source.js';
import { pageRows } from '../page-rows.js';
import { readPage, secrets, settings, type ThriveSession, type ThriveSettings } from './api.js';
import { toRow } from './rows.js';
import { thriveWebhooks } from './webhooks.js';
import { readWindow } from './windows.js';

/**
 * Reads Thrive's activity records in closed windows of time, each reaching back into the last one, and takes its webhooks. Thrive takes no records from outside, so nothing is written there.
 */
export const thriveConnector: Connector<ThriveSettings> = {
  system: 'THRIVE',
  title: 'Thrive Learning',
  defaultBaseUrl: 'https://public.api.learn.link',
  settings,
  secrets,
  test: async (session) => {
    const now = secondsOf(session.now);
    await readPage(session, now - 60, now);
  },
  pull,
  receive: thriveWebhooks,
};

/** Where reading stands; times in whole seconds since 1970. */
interface Place {
  /** Everything before it has been read. */
  readonly through: number;
  /** How long the next window may be, in seconds. */
  readonly span: number;
  /** Nothing that had settled was left to read: since then, records may have come before it. */
  readonly isEdge?: boolean;
  /** The past that is read first. */
  readonly past?: { readonly from: number; readonly to: number };
}

const daySeconds = 86_400;
const yearSeconds = 365 * daySeconds;

async function pull(session: ThriveSession, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const place = (checkpoint as unknown as Place | undefined) ?? start(session);
  const end = secondsOf(session.now) - session.settings.settleSeconds;
  if (place.through >= end) return { ...told(place, end), rows: [], isCaughtUp: true };
  const asked = { from: place.through, to: Math.min(place.through + place.span, end) };
  const { window, texts, askedAt } = await readWindow(session, asked, reachBack(session, place, end));
  if (askedAt < end - daySeconds) throw malformed("The source's clock is a day behind ours; one of the two is wrong");
  // Where our clock runs fast, what we take for settled has not even happened there.
  const settled = Math.min(end, askedAt - session.settings.settleSeconds);
  const isEdge = window.to >= settled;
  const next: Place = {
    ...place,
    through: Math.max(place.through, Math.min(window.to, settled)),
    isEdge,
    span: nextSpan(session, place.span, window.to - window.from, window.to < asked.to, texts.length),
  };
  return { ...told(next, end), ...pageRows(texts, toRow), isCaughtUp: isEdge };
}

/** Records come late only near the present: of the past, a second is enough for ends that may or may not belong to a window. */
const reachBack = ({ settings }: ThriveSession, { through, isEdge }: Place, end: number): number =>
  isEdge !== false || through > end - settings.overlapSeconds ? settings.overlapSeconds : 1;

function start({ settings, now }: ThriveSession): Place {
  const to = secondsOf(now) - settings.settleSeconds;
  const from = settings.since === undefined ? to - yearSeconds : secondsOf(new Date(settings.since));
  return { through: from, span: settings.windowDays * daySeconds, isEdge: false, past: { from, to } };
}

/** What holds too much is narrowed; what holds little is widened, up to the longest. */
function nextSpan({ settings }: ThriveSession, span: number, read: number, isNarrowed: boolean, rows: number): number {
  if (isNarrowed) return read;
  if (read < span) return span;
  const factor = Math.min(4, (0.7 * settings.perPage) / Math.max(1, rows));
  return Math.min(settings.windowDays * daySeconds, Math.max(1, Math.floor(read * factor)));
}

function told(place: Place, end: number): Pick<PullStep, 'checkpoint' | 'coveredUntil' | 'backfill'> {
  const { through, span, past, isEdge = true } = place;
  const isPast = past !== undefined && through < Math.min(past.to, end);
  return {
    checkpoint: { through, span, isEdge, ...(isPast && { past: { ...past } }) },
    coveredUntil: dateOf(through),
    backfill: isPast ? backfillOf(past, through) : undefined,
  };
}

const backfillOf = ({ from, to }: NonNullable<Place['past']>, at: number): Backfill => ({
  from: dateOf(from),
  to: dateOf(to),
  at: dateOf(at),
});

const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1000);
const dateOf = (seconds: number): Date => new Date(seconds * 1000);
