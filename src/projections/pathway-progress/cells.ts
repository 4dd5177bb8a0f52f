import { LRUCache } from 'lru-cache';
import { groupsOf } from '../../base/groups.js';
import type { Id } from '../../base/ids.js';
import { slicesOf } from '../../base/slices.js';
import type { IdentityKey } from '../../model/identity.js';
import { joined, type ProgressFact, type ProgressFacts } from '../../model/progress.js';
import type { FoldScope } from '../../store/fold-documents.js';
import { cellKey, type ProgressCell, type ProgressCells } from '../../store/progress-cells.js';
import type { LoggedProgress, ProgressKey } from '../../store/progress-facts.js';
import { isSameFacts } from './standings.js';

/** What one entry says, and of what. */
export interface Said {
  readonly seq: number;
  readonly key: ProgressKey;
  readonly fact: ProgressFact;
}

/** That an entry was taken out of the log. */
export interface TakenOut {
  readonly seq: number;
  readonly key: ProgressKey;
  readonly targetId: Id;
}

const cellsAtOnce = 500;
const cellsRemembered = 20_000;

/** Copies, into a generation that begins, the facts of entries below a number. They may be copied again. */
export async function inheritCells(
  cells: Pick<ProgressCells, 'all' | 'write'>,
  scope: FoldScope,
  from: FoldScope,
  firstSeq: number,
): Promise<void> {
  let some: ProgressCell[] = [];
  for await (const { key, facts } of cells.all(from)) {
    const early = Object.entries(facts).filter(([, fact]) => fact && fact.seq < firstSeq);
    if (early.length === 0) continue;
    some.push({ key, seq: 0, facts: Object.fromEntries(early) });
    if (some.length < cellsAtOnce) continue;
    await cells.write(scope, some);
    some = [];
  }
  await cells.write(scope, some);
}

/** Cells, as the records of the log change them. */
export class CellChanges {
  /**
   * Those used last, so that they need not be read again. What somebody who lost the lease writes over them meanwhile says
   * nothing that the records to come do not say.
   */
  readonly #recent = new LRUCache<string, ProgressCell>({ max: cellsRemembered });

  constructor(
    private readonly scope: FoldScope,
    private readonly cells: ProgressCells,
    private readonly logged: Pick<LoggedProgress, 'factsOf' | 'removedAmong'>,
  ) {}

  /** Joins what entries say, in their order, to what is known. */
  async join(said: readonly Said[]): Promise<void> {
    const known = await this.#known(said.map(({ key }) => key));
    const changed = new Map<string, ProgressCell>();
    for (const { seq, key, fact } of said) {
      const name = cellKey(key);
      const cell = known.get(name) ?? { key, seq: 0, facts: {} };
      if (cell.seq >= seq) continue;
      const facts = joined(cell.facts, { [fact.kind]: fact });
      if (isSameFacts(facts, cell.facts)) continue;
      const next = { key, seq, facts };
      known.set(name, next);
      changed.set(name, next);
    }
    await this.#write([...changed.values()]);
  }

  /**
   * Derives again from the log what entries decided that were taken out of it. A cell is written also where it stays the
   * same, or was never there: whoever read such an entry before it was taken out may still write late what it said.
   */
  async takeOut(taken: readonly TakenOut[]): Promise<void> {
    const groups = groupsOf(taken, ({ key }) => cellKey(key));
    const known = await this.#known(taken.map(({ key }) => key));
    for (const lot of slicesOf([...groups], cellsAtOnce)) {
      const changed: ProgressCell[] = [];
      for (const [name, group] of lot) {
        const { key, seq } = group.at(-1)!;
        const cell = known.get(name);
        if (cell && cell.seq >= seq) continue;
        const targets = new Set(group.map(({ targetId }) => targetId));
        const { stated, viewed, touched } = cell?.facts ?? {};
        const decided = [stated, viewed, touched].some((fact) => fact && targets.has(fact.entryId));
        const facts = decided ? await this.#without(targets, cell!, seq) : (cell?.facts ?? {});
        changed.push({ key, seq, facts });
      }
      await this.#write(changed);
    }
  }

  /**
   * Gives what is known under an identity that entries have lost to the one that they have instead. It is derived again from
   * the log, and joined with what the log may no longer hold: entries and their removals were renamed while they were read.
   * @returns what is left under the former one, for `forget`.
   */
  async rename(from: IdentityKey, to: IdentityKey, seq: number): Promise<ProgressKey[]> {
    const former: ProgressCell[] = [];
    for await (const cell of this.cells.ofActors(this.scope, [from])) if (cell.seq < seq) former.push(cell);
    for (const lot of slicesOf(former, cellsAtOnce)) {
      const some = lot.map((cell) => ({ cell, key: { ...cell.key, actorKey: to } }));
      const known = await this.#known(some.map(({ key }) => key));
      const lots = some.map(({ cell, key }) => joined(cell.facts, known.get(cellKey(key))?.facts ?? {}));
      const removed = await this.logged.removedAmong(this.scope.workspaceId, lots.flatMap(entryIdsOf));
      const changed: ProgressCell[] = [];
      for (const [index, { key }] of some.entries()) {
        if ((known.get(cellKey(key))?.seq ?? 0) >= seq) continue;
        const logged = await this.logged.factsOf(this.scope.workspaceId, key, seq);
        changed.push({ key, seq, facts: joined(without(lots[index]!, removed), logged) });
      }
      await this.#write(changed);
    }
    return former.map(({ key }) => key);
  }

  /** Erases what was renamed with a record, once nothing is to be made of it any more. */
  async forget(keys: readonly ProgressKey[], seq: number): Promise<void> {
    await this.cells.remove(this.scope, keys, seq);
    for (const key of keys) this.#recent.delete(cellKey(key));
  }

  /** What others said stays: retention may have erased their entries meanwhile. */
  async #without(targets: ReadonlySet<Id>, { key, facts }: ProgressCell, seq: number): Promise<ProgressFacts> {
    const left = Object.entries(facts).filter(([, fact]) => fact && !targets.has(fact.entryId));
    return joined(Object.fromEntries(left), await this.logged.factsOf(this.scope.workspaceId, key, seq));
  }

  /** What is known of some actors with some activities, by `cellKey`. */
  async factsOf(actorKeys: readonly string[], refs: ReadonlySet<string>): Promise<Map<string, ProgressFacts>> {
    const facts = new Map<string, ProgressFacts>();
    for await (const cell of this.cells.ofActors(this.scope, actorKeys))
      if (refs.has(cell.key.activityRef)) facts.set(cellKey(cell.key), cell.facts);
    return facts;
  }

  async #known(keys: readonly ProgressKey[]): Promise<Map<string, ProgressCell>> {
    const different = new Map(keys.map((key) => [cellKey(key), key]));
    const known = new Map<string, ProgressCell>();
    for (const name of different.keys()) {
      const cell = this.#recent.get(name);
      if (cell) known.set(name, cell);
    }
    const unread = [...different].flatMap(([name, key]) => (known.has(name) ? [] : [key]));
    for (const cell of await this.cells.byKeys(this.scope, unread)) {
      known.set(cellKey(cell.key), cell);
      this.#recent.set(cellKey(cell.key), cell);
    }
    return known;
  }

  async #write(cells: readonly ProgressCell[]): Promise<void> {
    await this.cells.write(this.scope, cells);
    for (const cell of cells) this.#recent.set(cellKey(cell.key), cell);
  }
}

const entryIdsOf = ({ stated, viewed, touched }: ProgressFacts): Id[] =>
  [stated, viewed, touched].flatMap((fact) => fact?.entryId ?? []);

function without({ stated, viewed, touched }: ProgressFacts, removed: ReadonlySet<Id>): ProgressFacts {
  const left = (fact: ProgressFact | undefined) => (fact && removed.has(fact.entryId) ? undefined : fact);
  return { stated: left(stated), viewed: left(viewed), touched: left(touched) };
}
