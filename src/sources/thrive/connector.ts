import type { Checkpoint, Connector, PullStep } from '../../ingest/connector.js';
import type { Backfill } from '../../model/source.js';
import { pageRows } from '../page-rows.js';
import { readPage, secrets, settings, type ThriveSession, type ThriveSettings } from './api.js';
import { toRow } from './rows.js';
import { thriveWebhooks } from './webhooks.js';
import { readWindow } from './windows.js';

/**
 * Reads Thrive's activity records in closed windows of time, each reaching a second back into the last one, and takes its
 * webhooks. Thrive takes no records from outside, so nothing is written there.
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
  /** The past that is read first. */
  readonly past?: { readonly from: number; readonly to: number };
}

const yearSeconds = 365 * 86_400;

async function pull(session: ThriveSession, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const place = (checkpoint as unknown as Place | undefined) ?? start(session);
  const end = secondsOf(session.now) - session.settings.settleSeconds;
  if (place.through >= end) return { ...told(place, end), rows: [], isCaughtUp: true };
  const asked = { from: place.through, to: Math.min(place.through + place.span, end) };
  const { window, texts } = await readWindow(session, asked);
  const next: Place = {
    ...place,
    through: window.to,
    span: nextSpan(session, place.span, window.to - window.from, window.to < asked.to, texts.length),
  };
  return { ...told(next, end), ...pageRows(texts, toRow), isCaughtUp: window.to === end };
}

function start({ settings, now }: ThriveSession): Place {
  const to = secondsOf(now) - settings.settleSeconds;
  const from = settings.since === undefined ? to - yearSeconds : secondsOf(new Date(settings.since));
  return { through: from, span: settings.windowDays * 86_400, past: { from, to } };
}

/** What holds too much is narrowed; what holds little is widened, up to the longest. */
function nextSpan({ settings }: ThriveSession, span: number, read: number, isNarrowed: boolean, rows: number): number {
  if (isNarrowed) return read;
  if (read < span) return span;
  const factor = Math.min(4, (0.7 * settings.perPage) / Math.max(1, rows));
  return Math.min(settings.windowDays * 86_400, Math.max(1, Math.floor(read * factor)));
}

function told(place: Place, end: number): Pick<PullStep, 'checkpoint' | 'coveredUntil' | 'backfill'> {
  const { through, span, past } = place;
  const isPast = past !== undefined && through < Math.min(past.to, end);
  return {
    checkpoint: { through, span, ...(isPast && { past: { ...past } }) },
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
