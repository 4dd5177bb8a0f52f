import { Long, ObjectId } from 'bson';
import { notFound } from '../../../src/base/errors.js';
import { type Id, newId } from '../../../src/base/ids.js';
import type { Erasure } from '../../../src/model/log-record.js';
import type { InsertFailure, KeyHolder, LogKey, LogRecords, ReadOptions } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import type { LogDocument } from '../../../src/store/log-document.js';
import type { LogState, LogStateStore } from '../../../src/store/log-states.js';
import { idOf, type StoredDocument, seqOf } from './image.js';
import type { Connection, SimServer, Work } from './server.js';

/** The log's collection as one process reaches it. Each method sends the requests that the real one sends. */
export class SimLogs implements LogRecords {
  constructor(
    private readonly server: SimServer,
    private readonly connection: Connection,
  ) {}

  insert(documents: readonly LogDocument[]): Promise<Map<number, InsertFailure>> {
    // What is sent is sent: the recorder may give the same object another number later.
    const sent = documents.map((document) => ({ ...document }));
    const seqs = sent.map(seqOf);
    return this.#send(
      `insert ${seqs}`,
      'write',
      function* (server) {
        const failures = new Map<number, InsertFailure>();
        for (const index of server.random.shuffled([...sent.keys()])) {
          if (server.random.chance(0.5)) yield;
          const document = sent[index]!;
          const against = server.visible.against(document);
          if (against.length > 0) failures.set(index, server.random.pick(against));
          else server.change({ kind: 'document', id: idOf(document), document });
        }
        return failures;
      },
      seqs,
    );
  }

  async insertVoids(workspaceId: Id, seqs: readonly number[]): Promise<void> {
    await this.insert(
      seqs.map((seq) => ({
        _id: new ObjectId(),
        workspaceId: new ObjectId(workspaceId),
        seq: Long.fromNumber(seq),
        kind: 'void',
        recordedAt: new Date(0),
      })),
    );
  }

  readAfter(_workspaceId: Id, after: number, limit: number, options: ReadOptions = {}): Promise<LogDocument[]> {
    return this.#send(`readAfter ${after}`, 'read', function* (server) {
      const found: LogDocument[] = [];
      let position = after;
      while (found.length < limit) {
        const ahead = server.readable
          .inOrder()
          .filter((document) => seqOf(document) > position && seqOf(document) <= (options.through ?? Infinity));
        // A walk along an index is no snapshot: it goes on with what is there by then.
        const some = ahead.slice(0, Math.min(limit - found.length, server.random.between(1, limit)));
        if (some.length === 0) break;
        found.push(...some);
        position = seqOf(some.at(-1)!);
        if (server.random.chance(0.3)) yield;
      }
      return found;
    });
  }

  findKeys(_workspaceId: Id, keys: readonly LogKey[]): Promise<KeyHolder[]> {
    return this.#send('findKeys', 'read', function* (server) {
      const found: KeyHolder[] = [];
      for (const key of server.random.shuffled(keys)) {
        if (server.random.chance(0.1)) yield;
        const document = server.readable.byKey.get(JSON.stringify([key.source, key.connectionId, key.nativeKey]));
        if (!document) continue;
        found.push({
          ...key,
          id: idOf(document),
          seq: seqOf(document),
          contentHash: document.contentHash && Buffer.from(document.contentHash.buffer).toString('hex'),
          removed: document.removedAt !== undefined,
        });
      }
      return found;
    });
  }

  idsAt(_workspaceId: Id, seqs: readonly number[]): Promise<Map<number, Id>> {
    return this.#read(`idsAt ${seqs}`, (server) => {
      const found = new Map<number, Id>();
      for (const seq of seqs) {
        const document = server.readable.bySeq.get(seq);
        if (document) found.set(seq, idOf(document));
      }
      return found;
    });
  }

  lastSeq(_workspaceId: Id): Promise<number> {
    return this.#read('lastSeq', (server) => server.readable.lastSeq());
  }

  lastSeqBefore(_workspaceId: Id, instant: Date): Promise<number> {
    return this.#read('lastSeqBefore', (server) => {
      const before = server.readable.inOrder().filter((document) => document.recordedAt < instant);
      return before.length === 0 ? 0 : seqOf(before.at(-1)!);
    });
  }

  async hide(_workspaceId: Id, ids: readonly Id[], removedAt: Date): Promise<LogDocument[]> {
    const sweep = newId();
    const hidden = await this.#updateMany(
      `hide ${ids.length}`,
      ids,
      (document) => document.kind === 'entry' && document.removedAt === undefined,
      (document) => ({ ...document, removedAt, sweep }),
    );
    if (hidden === 0) return [];
    return this.#read('hidden', (server) => server.readable.inOrder().filter((document) => document.sweep === sweep));
  }

  idsOfSource(_workspaceId: Id, { source, through }: Erasure, limit: number): Promise<Id[]> {
    return this.#read(`idsOfSource ${source}`, (server) =>
      server.readable
        .inOrder()
        .filter((document) => document.kind === 'entry' && document.source === source && !document.removedAt)
        .filter((document) => seqOf(document) <= through)
        .slice(0, limit)
        .map(idOf),
    );
  }

  hiddenBefore(_workspaceId: Id, instant: Date, limit: number): Promise<LogDocument[]> {
    return this.#read('hiddenBefore', (server) =>
      server.readable
        .inOrder()
        .filter(({ sweep, removedAt }) => sweep !== undefined && removedAt !== undefined && removedAt < instant)
        .slice(0, limit),
    );
  }

  async erase(_workspaceId: Id, ids: readonly Id[], erasedAt: Date): Promise<void> {
    await this.#updateMany(
      `erase ${ids.length}`,
      ids,
      (document) => document.kind === 'entry',
      ({ sweep: _swept, ...document }) => ({ ...document, erasedAt }),
    );
  }

  async deleteBelow(_workspaceId: Id, firstSeq: number, limit: number): Promise<number> {
    const below = await this.#read('below', (server) =>
      server.readable
        .inOrder()
        .filter((document) => seqOf(document) < firstSeq)
        .slice(0, limit)
        .map(idOf),
    );
    if (below.length === 0) return 0;
    return this.#send(`delete ${below.length}`, 'write', function* (server) {
      let deleted = 0;
      for (const id of server.random.shuffled(below)) {
        if (server.random.chance(0.3)) yield;
        if (!server.visible.byId.has(id)) continue;
        server.change({ kind: 'document', id, document: undefined });
        deleted += 1;
      }
      return deleted;
    });
  }

  #updateMany(
    label: string,
    ids: readonly Id[],
    matches: (document: StoredDocument) => boolean,
    update: (document: StoredDocument) => StoredDocument,
  ): Promise<number> {
    return this.#send(label, 'write', function* (server) {
      let matched = 0;
      for (const id of ids) {
        if (server.random.chance(0.3)) yield;
        const document = server.visible.byId.get(id);
        if (!document || !matches(document)) continue;
        server.change({ kind: 'document', id, document: update(document) });
        matched += 1;
      }
      return matched;
    });
  }

  #read<T>(label: string, look: (server: SimServer) => T): Promise<T> {
    // biome-ignore lint/correctness/useYield: one look, in one piece
    return this.#send(label, 'read', function* (server) {
      return look(server);
    });
  }

  #send<T>(label: string, kind: 'read' | 'write', work: Work, seqs: readonly number[] = []): Promise<T> {
    return this.server.send(this.connection, label, kind, work, seqs);
  }
}

/** The workspace's counter as one process reaches it. */
export class SimStates implements LogStateStore {
  constructor(
    private readonly server: SimServer,
    private readonly connection: Connection,
    /** Told which numbers a process was given. */
    private readonly onReserved: (first: number, count: number) => void,
  ) {}

  ensure(_workspaceId: Id, seenSeq: number): Promise<LogState> {
    return this.#change('ensure', (state) => {
      const { seq, ...rest } = state ?? { seq: 0, epoch: 1, firstSeq: 1, mark: 0, erasures: [] };
      return state && seq >= seenSeq ? state : { ...rest, seq: Math.max(seq, seenSeq) };
    });
  }

  read(_workspaceId: Id): Promise<LogState | undefined> {
    // biome-ignore lint/correctness/useYield: one look, in one piece
    return this.server.send(this.connection, 'state', 'read', function* (server) {
      return server.readable.state;
    });
  }

  async reserve(_workspaceId: Id, count: number): Promise<number> {
    const state = await this.#change('reserve', (known) => known && { ...known, seq: known.seq + count });
    this.onReserved(state.seq - count + 1, count);
    return state.seq - count + 1;
  }

  raiseMark(_workspaceId: Id, mark: number): Promise<LogState> {
    return this.#change('raiseMark', (known) => known && { ...known, mark: Math.max(known.mark, mark) });
  }

  raiseFirstSeq(_workspaceId: Id, firstSeq: number): Promise<LogState> {
    return this.#change(
      'raiseFirstSeq',
      (known) => known && { ...known, firstSeq: Math.max(known.firstSeq, firstSeq) },
    );
  }

  beginErasure(_workspaceId: Id, erasure: Erasure): Promise<LogState> {
    return this.#change('beginErasure', (known) => known && { ...known, erasures: [...known.erasures, erasure] });
  }

  endErasure(_workspaceId: Id, { source, through }: Erasure): Promise<LogState> {
    const others = (one: Erasure): boolean => one.source !== source || one.through !== through;
    return this.#change('endErasure', (known) => known && { ...known, erasures: known.erasures.filter(others) });
  }

  async nextEpoch(_workspaceId: Id, endSeq: number): Promise<LogState> {
    await this.#change('trustedMark', (known) => known && { ...known, mark: Math.min(known.mark, endSeq) });
    return this.#change(
      'nextEpoch',
      (known) => known && { ...known, epoch: known.epoch + 1, seq: Math.max(known.seq, endSeq) },
    );
  }

  async #change(label: string, next: (state: LogState | undefined) => LogState | undefined): Promise<LogState> {
    const kind = label === 'reserve' ? 'reserve' : 'write';
    // biome-ignore lint/correctness/useYield: a change of one document is one piece
    const state = await this.server.send<LogState | undefined>(this.connection, label, kind, function* (server) {
      const known = server.visible.state;
      const changed = next(known);
      // What changes nothing is not in the journal, and so waits for nothing.
      if (changed && changed !== known) server.change({ kind: 'state', state: changed });
      return changed;
    });
    if (!state) throw notFound('The log of this workspace');
    return state;
  }
}

/** What the log asks of the connection itself. */
export const simStore = (server: SimServer, connection: Connection): Pick<Store, 'concerns' | 'incarnation'> => ({
  concerns: server.options.replicaSet
    ? { replicaSet: true, write: { w: 'majority' }, read: { level: 'majority' } }
    : { replicaSet: false, write: { w: 1, j: true }, read: { level: 'local' } },
  incarnation: () =>
    // biome-ignore lint/correctness/useYield: one look, in one piece
    server.send(connection, 'hello', 'read', function* () {
      if (server.options.replicaSet) throw new Error('A replica set has no incarnation to ask for');
      return String(server.incarnation);
    }),
});
