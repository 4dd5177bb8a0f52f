import { ObjectId } from 'mongodb';
import { type Id, newId } from '../../src/base/ids.js';
import { type Deferred, deferred } from '../../src/base/lifecycle.js';
import { PathwayProgressProjection } from '../../src/projections/pathway-progress.js';
import type { Fold } from '../../src/projections/projection.js';
import { ActivityLogs } from '../../src/store/activity-logs.js';
import type { Store } from '../../src/store/connect.js';
import type { FoldScope } from '../../src/store/fold-documents.js';
import { PathwayCountsStore } from '../../src/store/pathway-counts.js';
import { PathwayStandings } from '../../src/store/pathway-standings.js';
import { ProgressCells } from '../../src/store/progress-cells.js';
import { LoggedProgress } from '../../src/store/progress-facts.js';
import { Random } from '../log/model/random.js';
import type { History } from './history.js';
import { ProgressModel } from './progress-model.js';
import { WrittenLog } from './written-log.js';

class Killed extends Error {}

/** A process that folds. Before each of its writes it may be killed, or stand still until it is stepped: by then it has lost its lease. */
export class Process {
  fold!: Fold;
  #writesLeft = Number.POSITIVE_INFINITY;
  #fate: 'goes' | 'killed' | 'stalls' = 'goes';
  #turn: Deferred<void> = deferred();
  readonly stalled: Deferred<void> = deferred();

  /** @param onWrite what others do meanwhile. */
  constructor(private readonly onWrite: () => Promise<void>) {}

  meet(fate: 'goes' | 'killed' | 'stalls', writesLeft: number): void {
    this.#fate = fate;
    this.#writesLeft = fate === 'goes' ? Number.POSITIVE_INFINITY : writesLeft;
  }

  async pass(): Promise<void> {
    this.#writesLeft -= 1;
    if (this.#writesLeft >= 0) return this.onWrite();
    if (this.#fate === 'killed') throw new Killed();
    this.stalled.resolve();
    await this.#turn.promise;
  }

  step(): void {
    this.#turn.resolve();
    this.#turn = deferred();
  }
}

const gated = <T extends { write(...args: never[]): Promise<void> }>(stored: T, gate: Pick<Process, 'pass'>): T =>
  new Proxy(stored, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'write') return member.bind(target);
      return async (...args: unknown[]) => {
        await gate.pass();
        return member.apply(target, args);
      };
    },
  });

const noGate = { pass: async () => {} };

/** Everything that is kept of progress, and a log to make it from. */
export class ProgressRuns {
  readonly workspaceId: Id = newId();
  readonly log: WrittenLog;
  readonly standings: PathwayStandings;
  readonly counts: PathwayCountsStore;
  readonly tally = { killed: 0, stalled: 0, late: 0 };
  readonly #cells: ProgressCells;
  readonly #random: Random;
  #holders = 0;

  constructor(
    private readonly store: Store,
    private readonly history: History,
    seed: number,
  ) {
    this.log = new WrittenLog(store, this.workspaceId, history.records);
    this.standings = new PathwayStandings(store);
    this.counts = new PathwayCountsStore(store);
    this.#cells = new ProgressCells(store);
    this.#random = new Random(seed);
  }

  projection(gate: Pick<Process, 'pass'> = noGate): PathwayProgressProjection {
    return new PathwayProgressProjection({
      standings: gated(this.standings, gate),
      counts: gated(this.counts, gate),
      progressCells: gated(this.#cells, gate),
      logged: new LoggedProgress(this.store),
      controls: this.log,
    });
  }

  /**
   * Folds to the log's end in pages cut anywhere, with kills and with processes that write late.
   * @param compare called at checkpoints where nothing is under way.
   */
  async disturbed(generation: number, compare: (checkpoint: number) => Promise<void>): Promise<void> {
    const random = this.#random;
    const end = this.history.records.length;
    const late = new Map<Process, Promise<unknown>>();
    const stepLate = async (): Promise<void> => {
      if (late.size === 0 || random.chance(0.5)) return;
      this.tally.late += 1;
      random.pick([...late.keys()]).step();
      // Its write goes out before whoever steps it goes on with its own, or beside it.
      if (random.chance(0.5)) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    let furthest = 0;
    let checkpoint = 0;
    let running: Process | undefined;
    while (checkpoint < end) {
      const head = Math.min(end, checkpoint + random.between(1, 40));
      await this.log.reach(Math.max(this.log.head, head), random.between(0, 6));
      if (!running || random.chance(0.1)) {
        running = new Process(stepLate);
        running.fold = await this.projection(running).open({
          workspaceId: this.workspaceId,
          generation,
          seq: checkpoint,
          holder: ++this.#holders,
        });
      }
      const process = running;
      const records = await this.log.readAfter(checkpoint, random.between(1, 30));
      const through = records.at(-1)!.seq;
      process.meet(random.chance(0.6) ? 'goes' : random.chance(0.5) ? 'killed' : 'stalls', random.between(0, 4));
      const applied = process.fold.apply(records, through).then(
        () => 'whole' as const,
        (error: unknown) => {
          if (error instanceof Killed) return 'killed' as const;
          throw error;
        },
      );
      const outcome = await Promise.race([applied, process.stalled.promise.then(() => 'stalled' as const)]);
      if (outcome === 'whole') checkpoint = through;
      else {
        running = undefined;
        furthest = Math.max(furthest, through);
        this.tally[outcome] += 1;
      }
      if (outcome === 'stalled')
        late.set(
          process,
          applied.finally(() => late.delete(process)),
        );
      if (checkpoint < furthest || this.log.head > checkpoint || this.log.isHidingAhead || late.size > 0) continue;
      await compare(checkpoint);
    }
    for (const [process, applied] of late) {
      const stepping = setInterval(() => process.step(), 1);
      await applied.finally(() => clearInterval(stepping));
    }
    await compare(end);
  }

  /** Erases what is below a number, as retention does, and makes a generation of another and of the rest. */
  async afterRetention(firstSeq: number, from: number, generation: number, pageRecords: number): Promise<void> {
    await this.retain(firstSeq);
    const place = { workspaceId: this.workspaceId, generation, seq: 0, holder: 0 };
    await this.projection().inherit(place, { generation: from, firstSeq });
    await this.undisturbed(generation, pageRecords);
  }

  async retain(firstSeq: number): Promise<void> {
    const logs = new ActivityLogs(this.store);
    while ((await logs.deleteBelow(this.workspaceId, firstSeq, 1000)) > 0);
  }

  /** In one go, in pages of a size. */
  async undisturbed(generation: number, pageRecords: number): Promise<void> {
    const fold = await this.projection().open({ workspaceId: this.workspaceId, generation, seq: 0, holder: 0 });
    for (let seq = 0; ; ) {
      const records = await this.log.readAfter(seq, pageRecords);
      if (records.length === 0) return;
      seq = records.at(-1)!.seq;
      await fold.apply(records, seq);
    }
  }

  /** What the documents of a generation say of every pathway, as the model says it. */
  async stored(generation: number): Promise<unknown> {
    const scope: FoldScope = { workspaceId: this.workspaceId, generation };
    const counts = await this.counts.all(scope);
    return Promise.all(
      this.#pathwayIds().map(async (id) => {
        const standings = await this.standings.find(scope, { pathwayId: id }, { limit: 1000 });
        const counted = counts.find(({ pathwayId }) => pathwayId === id);
        return {
          id,
          standings: standings.map(({ userId, groups, activities, whole }) => ({
            userId,
            groups,
            activities: activities.map(({ state, percent, changedAtMicros, entryId }) => ({
              state,
              percent,
              changedAtMicros,
              entryId,
            })),
            whole,
          })),
          stats: (counted?.activities ?? []).map(({ activityId, completed }) => ({
            activityId,
            total: counted!.total,
            completed,
          })),
          numbers: counted && [counted.inProgress, counted.completed],
        };
      }),
    );
  }

  /** What is shown of everybody on every pathway, by pathway and person: what somebody who follows knows. */
  async shown(generation: number): Promise<Map<string, unknown>> {
    return this.#shownOf(generation, 0, new Map());
  }

  /** What they know who knew something of an earlier place, and were told from there on what changed in a generation. */
  async told(generation: number, after: number, known: ReadonlyMap<string, unknown>): Promise<Map<string, unknown>> {
    return this.#shownOf(generation, after, new Map(known));
  }

  /** As one that follows reads it: a few at a time, each from the place of the last. */
  async #shownOf(generation: number, after: number, known: Map<string, unknown>): Promise<Map<string, unknown>> {
    const scope: FoldScope = { workspaceId: this.workspaceId, generation };
    for (const pathwayId of this.#pathwayIds()) {
      for (let from = after; ; ) {
        const span = { after: from, through: this.log.head };
        const some = await this.standings.changedAfter(scope, { pathwayId }, span, 2);
        for (const { userId, standing } of some) {
          const key = `${pathwayId}/${userId}`;
          if (!standing) known.delete(key);
          else known.set(key, { whole: standing.whole, states: standing.activities.map(({ state }) => state) });
        }
        if (some.length < 2) break;
        from = some.at(-1)!.place;
      }
    }
    return known;
  }

  /** Everything that is kept of a generation, as it lies in the store. */
  async kept({ workspaceId, generation }: FoldScope): Promise<unknown[]> {
    const where = { workspaceId: new ObjectId(workspaceId), generation };
    const names = ['progress_cells', 'pathway_progress'];
    return (await Promise.all(names.map((name) => this.store.db.collection(name).find(where).toArray()))).flat();
  }

  /** What the model says at a number of the log, of the log as it is read then. */
  async modelled(through: number): Promise<unknown> {
    const model = new ProgressModel();
    for (const record of await this.log.readAfter(0, Math.max(1, through), through)) model.apply(record);
    return this.#pathwayIds().map((id) => {
      const standings = model.standings(id);
      const stats = model.stats(id);
      const isDefined = model.hasPathway(id);
      const many = (state: string): number => standings.filter(({ whole }) => whole.state === state).length;
      return { id, standings, stats, numbers: isDefined ? [many('IN_PROGRESS'), many('COMPLETED')] : undefined };
    });
  }

  #pathwayIds(): Id[] {
    return this.history.pathways.map(({ id }) => id);
  }
}
