import { vi } from 'vitest';
import { CodedError } from '../../../src/base/errors.js';
import { Cohort } from '../../../src/graphql/live/cohort.js';
import { EventExecution } from '../../../src/graphql/live/event-execution.js';
import { Follower } from '../../../src/graphql/live/follower.js';
import { History } from '../../../src/graphql/live/history.js';
import { KeptResults } from '../../../src/graphql/live/kept-results.js';
import type { Outlet } from '../../../src/graphql/live/outlet.js';
import { WorkspaceSource } from '../../../src/graphql/live/workspace-source.js';
import type { LogRecord } from '../../../src/model/log-record.js';

interface BrokenRule {
  /** What goes wrong without it. */
  readonly shows: RegExp;
  breakIt(): void;
}

/** The real thing under a spy. */
const join = Cohort.prototype.join;
const tell = Cohort.prototype.tell;
const after = History.prototype.after;
const textsOf = EventExecution.prototype.textsOf;

/** One rule of following, broken each. */
export const brokenRules: Readonly<Record<string, BrokenRule>> = {
  'one joins only where what was missed is kept': {
    shows: /was told nothing at/,
    breakIt: () => void vi.spyOn(KeptResults.prototype, 'covers').mockReturnValue(true),
  },

  'one that joins is given what it missed first': {
    shows: /was told nothing at/,
    breakIt: () =>
      void vi.spyOn(Cohort.prototype, 'join').mockImplementation(function (this: Cohort<LogRecord>, member, seq) {
        return join.call(this, member, Math.max(seq, this.released), () => true);
      }),
  },

  'who has left is no member': {
    shows: /a cohort of \d+ counts/,
    breakIt: () => void vi.spyOn(Cohort.prototype, 'leave').mockImplementation(() => {}),
  },

  'one whose rights change goes on among others': {
    shows: /as .* sees it, being|counts/,
    breakIt: () => void vi.spyOn(Follower.prototype, 'moveTo').mockImplementation(() => {}),
  },

  'what is removed is kept for nobody': {
    shows: /which was removed before it began/,
    breakIt: () => void vi.spyOn(KeptResults.prototype, 'purge').mockImplementation(() => {}),
  },

  'what is removed is in no page for others': {
    shows: /which was removed before it began/,
    breakIt: () => void vi.spyOn(History.prototype, 'forget').mockImplementation(() => {}),
  },

  'one gets only what is above what it had': {
    shows: /was told \d+ after/,
    breakIt: () =>
      void vi.spyOn(Follower.prototype, 'take').mockImplementation(function (this: Follower, results) {
        for (const { text } of results) outletOf(this).send(text);
      }),
  },

  'one that does not drain gets nothing': {
    shows: /though it takes nothing/,
    breakIt: () =>
      void vi.spyOn(Follower.prototype, 'take').mockImplementation(function (this: Follower, results) {
        for (const { seq, text } of results) if (this.isJoined && seq > this.lastSeq) outletOf(this).send(text);
      }),
  },

  'one that does not drain reads the log for what it missed': {
    shows: /was told nothing at|does not come to rest/,
    breakIt: () => void vi.spyOn(Follower.prototype, 'stepOut').mockImplementation(() => {}),
  },

  'a page says how far it was read': {
    shows: /was told nothing at/,
    breakIt: () =>
      void vi.spyOn(History.prototype, 'after').mockImplementation(async function (
        this: History<LogRecord>,
        seq,
        limit,
      ) {
        const page = await after.call(this, seq, limit);
        return { ...page, through: page.through + 1 };
      }),
  },

  'those who need the same page share it': {
    shows: /is read twice at once/,
    breakIt: () =>
      void vi.spyOn(History.prototype, 'after').mockImplementation(function (this: History<LogRecord>, seq, limit) {
        const { parts } = this as unknown as { parts: ConstructorParameters<typeof History>[0] };
        return after.call(new History(parts), seq, limit);
      }),
  },

  'a store that is away is asked again': {
    shows: /was told nothing at|ended/,
    breakIt: () =>
      void vi.spyOn(EventExecution.prototype, 'textsOf').mockImplementation(async function (
        this: EventExecution,
        events,
      ) {
        return textsOf.call(this, events, () => true).catch(() => events.map(() => ''));
      }),
  },

  'an event is executed once for all': {
    shows: /more often than it came/,
    breakIt: () =>
      void vi.spyOn(Cohort.prototype, 'tell').mockImplementation(function (this: Cohort<LogRecord>, selected, through) {
        tell.call(this, selected, through);
        tell.call(this, selected, through);
      }),
  },

  'what is kept has bounds': {
    shows: /characters are kept, of/,
    breakIt: () =>
      void vi.spyOn(KeptResults.prototype, 'add').mockImplementation(function (this: KeptResults, { text }) {
        const { budget } = this as unknown as { budget: { used: number } };
        budget.used += text.length;
      }),
  },

  'nothing is kept once nobody follows': {
    shows: /characters are still kept/,
    breakIt: () => void vi.spyOn(KeptResults.prototype, 'clear').mockImplementation(() => {}),
  },

  'pages of a cohort that ended stay for nobody': {
    shows: /characters are still kept|a timer is left/,
    breakIt: () => void vi.spyOn(History.prototype, 'clear').mockImplementation(() => {}),
  },

  'who follows a log that was restored is told so': {
    shows: /was not ended with its log|still/,
    breakIt: () => void vi.spyOn(WorkspaceSource.prototype, 'close').mockImplementation(() => {}),
  },

  'nobody else is told that retention has passed its place': {
    shows: /ended, the log beginning at/,
    breakIt: () =>
      void vi.spyOn(WorkspaceSource.prototype, 'readAfter').mockImplementation(() => Promise.reject(expired)),
  },
};

const outletOf = (follower: Follower): Outlet => (follower as unknown as { outlet: Outlet }).outlet;
const expired = new CodedError('CURSOR_EXPIRED', 'gone', 'after');
