import { type Document, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { joined, type ProgressFact, type ProgressFacts, progressFact } from '../model/progress.js';
import { logCollection } from './activity-logs.js';
import type { Store } from './connect.js';
import { type LogDocument, toEntry } from './log-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** Whose progress, with what, and on which pathway alone. */
export interface ProgressKey {
  readonly actorKey: string;
  readonly activityRef: string;
  /** Absent: on every pathway that has it. */
  readonly pathwayId?: Id;
}

/** What the log itself says of progress: for when something was taken out of it. */
export class LoggedProgress {
  readonly #logs;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument>(logCollection);
  }

  /** What all living entries up to a number say together. */
  async factsOf(workspaceId: Id, key: ProgressKey, through: number): Promise<ProgressFacts> {
    const where = {
      workspaceId: new ObjectId(workspaceId),
      kind: 'entry' as const,
      actorKey: key.actorKey,
      activityRef: key.activityRef,
      pathwayId: key.pathwayId === undefined ? { $exists: false } : new ObjectId(key.pathwayId),
      seq: { $lte: Long.fromNumber(through) },
      removedAt: { $exists: false },
    };
    return read(async () => {
      let facts: ProgressFacts = {};
      const found = this.#logs.find(where, { projection: factFields, batchSize: 1000, maxTimeMS: defaultMaxTimeMs });
      for await (const document of found) {
        const fact = progressFact(toEntry(document));
        if (fact) facts = joined(facts, { [fact.kind]: fact });
      }
      return facts;
    });
  }

  /** Which of these entries were taken out of the log. What retention erased was not. */
  async removedAmong(workspaceId: Id, entryIds: readonly Id[]): Promise<Set<Id>> {
    const where = {
      workspaceId: new ObjectId(workspaceId),
      _id: { $in: entryIds.map((id) => new ObjectId(id)) },
      removedAt: { $exists: true },
    };
    const options = { projection: { _id: 1 }, maxTimeMS: defaultMaxTimeMs };
    const found = await read(() => this.#logs.find(where, options).toArray());
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }
}

const factFields = { workspaceId: 1, seq: 1, occurredAtMicros: 1, progress: 1, actionClass: 1, outcome: 1 };

const kinds = ['stated', 'viewed', 'touched'] as const;

/** Facts as documents hold them. */
export interface FactsDocument {
  stated?: FactDocument;
  viewed?: FactDocument;
  touched?: FactDocument;
}

interface FactDocument {
  entryId: ObjectId;
  seq: Long | number;
  at: Long | number;
  percent?: number;
  complete?: boolean;
}

export const toFactsDocument = (facts: ProgressFacts): FactsDocument =>
  Object.fromEntries(
    kinds.flatMap((kind) => {
      const fact = facts[kind];
      if (!fact) return [];
      const { entryId, seq, occurredAtMicros, percent, complete } = fact;
      const at = Long.fromNumber(occurredAtMicros);
      return [[kind, { entryId: new ObjectId(entryId), seq: Long.fromNumber(seq), at, percent, complete }]];
    }),
  );

export const toFacts = (document: FactsDocument | undefined): ProgressFacts =>
  Object.fromEntries(
    kinds.flatMap((kind): [string, ProgressFact][] => {
      const fact = document?.[kind];
      if (!fact) return [];
      const { entryId, seq, at, percent, complete } = fact;
      const said = { ...(percent !== undefined && { percent }), ...(complete !== undefined && { complete }) };
      return [
        [kind, { entryId: entryId.toHexString(), seq: Number(seq), occurredAtMicros: Number(at), kind, ...said }],
      ];
    }),
  );

export const factsSchema: Document = { bsonType: 'object' };
