import { malformed } from '../../ingest/upstream-error.js';
import { type RecordPage, readPage, type ThriveSession } from './api.js';
import { readRecord } from './payload.js';

/** A closed time, whole seconds since 1970: `from` belongs to it, `to` does not. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export interface WindowRead {
  readonly window: TimeWindow;
  /** Everything that the source has of it, and some of what lies around it. */
  readonly texts: readonly string[];
  /** What the source's clock said when it was asked, in seconds since 1970; Infinity where it does not tell. */
  readonly askedAt: number;
}

/** Pages that are read of one time at most. */
const maxPages = 50;
/** How often they are read until all of them were seen. */
const maxPasses = 10;
/** What lies before a window is not made less by narrowing it: so many pages of the two are read rather than that. */
const fewPages = 5;
/** A narrowed window is to fill so much of a page. */
const fill = 0.7;

/**
 * Reads a window whole; a shorter one where it holds more than a page. In which order records come is not documented, and
 * may differ from page to page, so that only what is on one page is sure to be all there is.
 * @param reachBack by how many seconds more is read before it.
 * @throws UpstreamError MALFORMED where the source does not do as it is asked.
 */
export async function readWindow(session: ThriveSession, asked: TimeWindow, reachBack: number): Promise<WindowRead> {
  let window = asked;
  for (;;) {
    const from = window.from - reachBack;
    const page = await readPage(session, from, window.to);
    const { askedAt } = page;
    if (isWhole(page)) return { window, askedAt, texts: checked(page.texts, { from, to: window.to }) };
    const seconds = window.to - window.from;
    if (seconds <= 1 || (seconds <= reachBack && page.totalPages <= fewPages)) {
      return { window, askedAt, texts: await readPages(session, { from, to: window.to }, page) };
    }
    const share = Math.min(0.5, (fill * session.settings.perPage) / Math.max(1, page.totalResults));
    window = { from: window.from, to: window.from + Math.max(1, Math.floor(seconds * share)) };
  }
}

const isWhole = ({ texts, totalPages, totalResults }: RecordPage): boolean =>
  totalPages <= 1 || texts.length >= totalResults;

/** All pages of a time that is not made shorter, read until each record was on one of them. */
async function readPages(session: ThriveSession, { from, to }: TimeWindow, first: RecordPage): Promise<string[]> {
  const texts = new Map<string, string>();
  const add = (page: readonly string[]): void => {
    for (const text of checked(page, { from, to })) texts.set(readRecord(text)?.id ?? text, text);
  };
  add(first.texts);
  let { totalPages, totalResults } = first;
  for (let pass = 1; pass <= maxPasses; pass += 1) {
    if (totalPages > maxPages) throw malformed('The source tells of more pages for so short a time than there can be');
    let previous = first.texts;
    for (let page = pass === 1 ? 2 : 1; page <= totalPages; page += 1) {
      const read = await readPage(session, from, to, page);
      if (read.texts.length === 0 || (page > 1 && isSamePage(read.texts, previous))) {
        throw malformed('The source gives the same page again and again, or none where it told of one');
      }
      add(read.texts);
      previous = read.texts;
      ({ totalPages, totalResults } = read);
    }
    if (texts.size >= totalResults) return [...texts.values()];
  }
  throw malformed("The source's records change places from page to page, so that some were never seen");
}

const isSamePage = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);

/** A source that answers something else than what was asked for would have us pass over what it did not answer. */
function checked(texts: readonly string[], { from, to }: TimeWindow): readonly string[] {
  for (const text of texts) {
    const record = readRecord(text);
    if (!record) continue;
    const seconds = Date.parse(record.date) / 1000;
    if (seconds < from - 1 || seconds >= to + 2) {
      throw malformed('The source gives records of another time than it was asked for');
    }
  }
  return texts;
}
