import { Long, ObjectId } from 'bson';
import type { Id } from '../../../src/base/ids.js';
import { Durability } from '../../../src/log/durability.js';
import type { LogRecords } from '../../../src/store/activity-logs.js';
import type { LogDocument } from '../../../src/store/log-document.js';
import type { LogState, LogStateStore } from '../../../src/store/log-states.js';
import { seqOf } from './image.js';
import type { Breakage, Parts } from './process.js';
import type { Tuning } from './world.js';

/** A copy of an object in which some methods are others. */
function withMethods<T extends object>(real: T, others: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const other = others[name as keyof T];
      if (other !== undefined) return other;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const withLogs = (parts: Parts, others: Partial<LogRecords>): Parts => ({
  ...parts,
  logs: withMethods(parts.logs, others),
});
const withStates = (parts: Parts, others: Partial<LogStateStore>): Parts => {
  const states = withMethods(parts.states, others);
  return { ...parts, states, durability: new Durability(parts.store, states) };
};
const withDurability = (parts: Parts, durability: Pick<Durability, 'read'>): Parts => ({
  ...parts,
  durability: durability as Durability,
});

/** Reads and believes what it read. */
const believing = (parts: Parts): Parts => {
  const read: Durability['read'] = async (workspaceId, look, mark) => {
    const result = await look();
    mark(result);
    const state = await parts.states.read(workspaceId);
    return state && { result, state };
  };
  return withDurability(parts, withMethods(parts.durability, { read }));
};

const retryable = (error: unknown): boolean => error instanceof Error && error.message.startsWith('connection lost');

interface BrokenRule extends Breakage {
  readonly tuning?: Tuning;
  /** What goes wrong without it. */
  readonly shows: RegExp;
}

/** One rule of the log's protocol, broken each. */
export const brokenRules: Readonly<Record<string, BrokenRule>> = {
  'a reader makes a journaled write before it tells anybody': { shows: /was shown|stands at/, feed: believing },

  'a repeat is answered only once the first is durable': { shows: /DUPLICATE|CONFLICT/, recorder: believing },

  'the sweeper finishes only what is hidden for good': {
    shows: /said to be removed and is there/,
    tuning: { actions: { remove: 10, sweep: 10 }, troubles: { flush: 0.05, crash: 0.08, act: 0.4 } },
    sweeper: believing,
  },

  'the journaled write counts only when the server was not started anew in between': {
    shows: /not there for good|was shown|stands at/,
    tuning: { troubles: { flush: 0.1, crash: 0.08 } },
    all: (parts) => ({
      ...parts,
      durability: new Durability({ ...parts.store, incarnation: async () => 'the same' }, parts.states),
    }),
  },

  'a reader never steps over a hole': {
    shows: /stands at|was shown/,
    feed: (parts) =>
      withLogs(parts, {
        readAfter: async (workspaceId, after, limit, options) => {
          const found = await parts.logs.readAfter(workspaceId, after, limit, options);
          const last = found.length === 0 ? after : seqOf(found.at(-1)!);
          const bySeq = new Map(found.map((document) => [seqOf(document), document]));
          return Array.from({ length: last - after }, (_, index) => {
            const seq = after + 1 + index;
            return bySeq.get(seq) ?? phantom(workspaceId, seq);
          });
        },
      }),
  },

  'a reader reads a hole again once it has filled it, whoever won': {
    shows: /was shown/,
    feed: (parts) => {
      const filled = new Map<number, LogDocument>();
      return withLogs(parts, {
        insertVoids: async (workspaceId, seqs) => {
          await parts.logs.insertVoids(workspaceId, seqs);
          for (const seq of seqs) filled.set(seq, phantom(workspaceId, seq));
        },
        idsAt: async (workspaceId, seqs) => {
          const there = await parts.logs.idsAt(workspaceId, seqs);
          for (const seq of seqs) if (filled.has(seq)) there.set(seq, filled.get(seq)!._id.toHexString());
          return there;
        },
        readAfter: async (workspaceId, after, limit, options) => {
          const found = await parts.logs.readAfter(workspaceId, after, limit, options);
          const numbers = new Set(found.map(seqOf));
          const own = [...filled.values()].filter((one) => seqOf(one) > after && !options?.through);
          return [...found.filter((one) => !filled.has(seqOf(one))), ...own.filter((one) => numbers.size > 0 && one)]
            .sort((a, b) => seqOf(a) - seqOf(b))
            .slice(0, limit);
        },
      });
    },
  },

  'a try whose outcome is unknown keeps its _id': {
    shows: /is there twice/,
    recorder: (parts) =>
      withLogs(parts, {
        insert: async (documents) => {
          try {
            return await parts.logs.insert(documents);
          } catch (error) {
            if (retryable(error)) for (const document of documents) document._id = new ObjectId();
            throw error;
          }
        },
      }),
  },

  'a try whose outcome is unknown keeps its number': {
    shows: /does not come to rest/,
    recorder: (parts) =>
      withLogs(parts, {
        insert: async (documents) => {
          try {
            return await parts.logs.insert(documents);
          } catch (error) {
            if (retryable(error)) {
              const first = await parts.states.reserve(documents[0]!.workspaceId.toHexString(), documents.length);
              for (const [index, document] of documents.entries()) document.seq = Long.fromNumber(first + index);
            }
            throw error;
          }
        },
      }),
  },

  'a page of the feed is checked against firstSeq after it was read': {
    shows: /was shown/,
    tuning: { actions: { keepFrom: 8, restart: 4 }, troubles: { time: 1.5 } },
    feed: (parts) => {
      let known: number | undefined;
      const read: Durability['read'] = async (workspaceId, look, mark) => {
        const sure = await parts.durability.read(workspaceId, look, mark);
        known ??= sure?.state.firstSeq;
        return sure && { ...sure, state: { ...sure.state, firstSeq: known! } };
      };
      const state: Durability['state'] = async (workspaceId) =>
        (
          await read(
            workspaceId,
            async () => {},
            () => 0,
          )
        )?.state;
      return withDurability(parts, withMethods(parts.durability, { read, state }));
    },
  },

  'a page of who catches up is checked against firstSeq after it was read': {
    shows: /was told/,
    tuning: { actions: { keepFrom: 8, resume: 15 } },
    feed: (parts) => {
      let latest: LogState | undefined;
      const durability = parts.durability;
      return {
        ...withStates(parts, {
          // As it was when something was read last, and so before this page.
          read: async (workspaceId: Id) => {
            const before = latest;
            latest = await parts.states.read(workspaceId);
            return before ?? latest;
          },
        }),
        durability,
      };
    },
  },

  'retention raises firstSeq before it erases': {
    shows: /missing in the end|was told|was shown|became/,
    all: (parts) => {
      let raise: (() => Promise<LogState>) | undefined;
      return {
        ...parts,
        states: withMethods(parts.states, {
          raiseFirstSeq: async (workspaceId, firstSeq) => {
            raise = () => parts.states.raiseFirstSeq(workspaceId, firstSeq);
            return (await parts.states.read(workspaceId))!;
          },
        }),
        logs: withMethods(parts.logs, {
          deleteBelow: async (workspaceId, firstSeq, limit) => {
            const deleted = await parts.logs.deleteBelow(workspaceId, firstSeq, limit);
            if (deleted === 0) await raise?.();
            return deleted;
          },
        }),
      };
    },
  },

  'the key of a removal is its target, so that it cannot be doubled': {
    shows: /removals are in the log|was removed/,
    removalRecorder: (recorder) =>
      withMethods(recorder, {
        appendMany: (workspaceId, drafts) =>
          recorder.appendMany(
            workspaceId,
            drafts.map((draft) => ({ ...draft, nativeKey: undefined })),
          ),
      }),
  },
};

const phantom = (workspaceId: Id, seq: number): LogDocument => ({
  _id: new ObjectId(),
  workspaceId: new ObjectId(workspaceId),
  seq: Long.fromNumber(seq),
  kind: 'void',
  recordedAt: new Date(0),
});
