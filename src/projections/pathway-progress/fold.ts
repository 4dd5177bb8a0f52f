import { LRUCache } from 'lru-cache';
import type { Id } from '../../base/ids.js';
import { slicesOf } from '../../base/slices.js';
import { type FilterFields, filterFields } from '../../model/activity-log.js';
import type { ControlChange, LogRecord } from '../../model/log-record.js';
import { joined, type ProgressFacts, progressFact } from '../../model/progress.js';
import { type PlacedStanding, placeWithin, type Standing } from '../../model/standing.js';
import { type RenamedKeys, userErasureNoun } from '../../model/user-erasure.js';
import type { FoldScope } from '../../store/fold-documents.js';
import { cellKey } from '../../store/progress-cells.js';
import type { ProgressKey } from '../../store/progress-facts.js';
import type { StandingKey } from '../../store/standing-document.js';
import type { Fold } from '../projection.js';
import { CellChanges, type Said, type TakenOut } from './cells.js';
import { type Counting, countedOf } from './counting.js';
import type { ConcernedActivity, ProgressNouns } from './nouns.js';
import type { ProgressStores } from './parts.js';
import { isSameStanding, standingOf, withFact } from './standings.js';

interface Concern extends StandingKey {
  readonly seq: number;
}

const concernsAtOnce = 2000;
const standingsAtOnce = 200;
/** How much of the standings used last is remembered, in activities. */
const activitiesRemembered = 200_000;

/**
 * Facts first, then standings, then counts: what depends on others is written after them.
 *
 * Killed anywhere, it is run again over documents of which some are ahead. A cell or a standing that is ahead has everything
 * up to its number already, so records up to there pass it by. A standing may be made from a cell that is ahead, and then
 * says early what comes later; it is so again by the time that the records are where the cell was.
 *
 * Who lost the lease may write late. All that it writes is what the log says, but for entries that were removed since: so a
 * removal, and every change of a noun, raises the number of whatever it concerns even where nothing else changes there.
 */
export class ProgressFold implements Fold {
  readonly #cells: CellChanges;
  readonly #recent = new LRUCache<string, PlacedStanding>({
    maxSize: activitiesRemembered,
    sizeCalculation: ({ standing }) => 1 + (standing?.activities.length ?? 0),
  });
  #said: (Said & { readonly concerns: readonly ConcernedActivity[] })[] = [];
  #taken: (TakenOut & { readonly concerns: readonly ConcernedActivity[] })[] = [];
  #concerns = 0;
  #isFirst = true;

  constructor(
    private readonly scope: FoldScope,
    private readonly parts: ProgressStores,
    private readonly nouns: ProgressNouns,
    private readonly counting: Counting,
  ) {
    this.#cells = new CellChanges(scope, parts.progressCells, parts.logged);
  }

  async apply(records: readonly LogRecord[], through: number): Promise<void> {
    for (const record of records) await this.#take(record);
    await this.#flush();
    await this.#writeCounts(through);
  }

  async #take(record: LogRecord): Promise<void> {
    switch (record.kind) {
      case 'entry': {
        const fact = record.entry && progressFact(record.entry);
        const key = fact && keyOf(filterFields(record.entry!));
        if (!key) return;
        if (this.#taken.length > 0) await this.#flush();
        const concerns = this.nouns.concernedBy(key);
        this.#said.push({ seq: record.seq, key, fact: fact!, concerns });
        return this.#noted(concerns);
      }
      case 'removed': {
        const key = keyOf(record.target);
        if (!key) return;
        if (this.#said.length > 0) await this.#flush();
        const concerns = this.nouns.concernedBy(key);
        this.#taken.push({ seq: record.seq, key, targetId: record.targetId, concerns });
        return this.#noted(concerns);
      }
      case 'control': {
        if (record.control.noun === userErasureNoun) return this.#rename(record.control, record.seq);
        const concerned = this.nouns.apply(record.control);
        if (concerned.isEmpty) return;
        await this.#flush();
        for (const pathwayId of concerned.pathwayIds) this.counting.touch(pathwayId, record.seq);
        return this.#makeAnew(concerned.standings.map((key) => ({ ...key, seq: record.seq })));
      }
      case 'void':
        return;
    }
  }

  /** Before they go, standings are made of them once more under the other identity: killed in between, all is done again. */
  async #rename({ change, payload }: ControlChange, seq: number): Promise<void> {
    if (change !== 'renamed' || payload === undefined) return;
    await this.#flush();
    for (const { from, to } of JSON.parse(payload) as RenamedKeys) {
      const former = await this.#cells.rename(from, to, seq);
      const concerns = former.flatMap((key) => this.nouns.concernedBy({ ...key, actorKey: to }));
      const standings = new Map(concerns.map((one) => [nameOf(one), { ...one, seq }]));
      await this.#makeAnew([...standings.values()]);
      await this.#cells.forget(former, seq);
    }
  }

  /** What is held back is bounded, however many pathways an entry counts for. */
  async #noted(concerns: readonly ConcernedActivity[]): Promise<void> {
    this.#concerns += 1 + concerns.length;
    if (this.#concerns >= concernsAtOnce) await this.#flush();
  }

  async #flush(): Promise<void> {
    const said = this.#said;
    const taken = this.#taken;
    this.#said = [];
    this.#taken = [];
    this.#concerns = 0;
    if (said.length > 0) {
      // Neither is made of the other, and who is killed does both again.
      await Promise.all([this.#cells.join(said), this.#joinToStandings(said)]);
    }
    if (taken.length > 0) {
      await this.#cells.takeOut(taken);
      const concerns = taken.flatMap(({ seq, concerns }) => concerns.map((one) => ({ ...one, seq })));
      await this.#makeAnew([...new Map(concerns.map((one) => [nameOf(one), one])).values()]);
    }
  }

  /** Standings know the facts that they are made of, so nothing else is looked up for one more. */
  async #joinToStandings(said: readonly (Said & { readonly concerns: readonly ConcernedActivity[] })[]): Promise<void> {
    const concerns = new Map(said.flatMap((one) => one.concerns.map((concern) => [nameOf(concern), concern])));
    const known = await this.#known([...concerns.values()]);
    const changed = new Map<string, PlacedStanding>();
    for (const { seq, fact, concerns } of said) {
      for (const { pathway, activityId, ...key } of concerns) {
        const former = known.get(nameOf(key));
        if (!former?.standing) continue;
        if (former.seq >= seq) {
          this.#count(former, seq);
          continue;
        }
        const standing = withFact(former.standing, pathway, activityId, fact);
        if (standing === former.standing) continue;
        const place = isSameStanding(standing, former.standing) ? former.place : seq;
        const next = { ...former, standing, seq, place };
        known.set(nameOf(key), next);
        changed.set(nameOf(key), next);
      }
    }
    await this.#write([...changed.values()]);
  }

  /**
   * Makes standings from the facts, whatever they were: some hundred at a time. Of those that one record concerns each has
   * a place of its own, which is the same whoever goes on with them. It is told again also where it stays the same: who
   * followed another generation may have been told otherwise, by an entry that was removed since.
   */
  async #makeAnew(concerns: readonly Concern[]): Promise<void> {
    const placed = withPlaces(concerns);
    for (const some of slicesOf(placed, standingsAtOnce)) {
      const known = await this.#known(some);
      const factsOf = await this.#factsOf(some);
      const changed: PlacedStanding[] = [];
      for (const { pathwayId, userId, seq, place } of some) {
        const former = known.get(nameOf({ pathwayId, userId }));
        const standing = this.#standingOf({ pathwayId, userId }, factsOf);
        if (former && former.seq >= seq) this.#count(former, seq);
        else if (standing) changed.push({ pathwayId, userId, seq, place, standing });
        else if (former) changed.push({ pathwayId, userId, seq, place: former.standing ? place : former.place });
      }
      await this.#write(changed);
    }
  }

  #standingOf(key: StandingKey, factsOf: (key: StandingKey, activityId: Id) => ProgressFacts): Standing | undefined {
    const pathway = this.nouns.pathway(key.pathwayId);
    const membership = pathway && this.nouns.membership(key);
    return membership && standingOf(pathway, key.userId, membership, (activityId) => factsOf(key, activityId));
  }

  async #factsOf(keys: readonly StandingKey[]): Promise<(key: StandingKey, activityId: Id) => ProgressFacts> {
    const { nouns } = this;
    const actorKeys = new Set(keys.flatMap(({ userId }) => nouns.identitiesOf(userId)));
    const pathways = new Set(keys.map(({ pathwayId }) => pathwayId));
    const activities = [...pathways].flatMap((id) => nouns.pathway(id)?.activities ?? []);
    const refs = new Set(activities.flatMap(({ activityId }) => nouns.refsOf(activityId)));
    const facts = await this.#cells.factsOf([...actorKeys], refs);
    return ({ pathwayId, userId }, activityId) =>
      nouns
        .identitiesOf(userId)
        .flatMap((actorKey) =>
          nouns
            .refsOf(activityId)
            .flatMap((activityRef) => [
              facts.get(cellKey({ actorKey, activityRef, pathwayId })),
              facts.get(cellKey({ actorKey, activityRef })),
            ]),
        )
        .reduce((one: ProgressFacts, other) => (other ? joined(one, other) : one), {});
  }

  async #known(keys: readonly StandingKey[]): Promise<Map<string, PlacedStanding>> {
    const known = new Map<string, PlacedStanding>();
    for (const key of keys) {
      const recent = this.#recent.get(nameOf(key));
      if (recent) known.set(nameOf(key), recent);
    }
    const unread = keys.filter((key) => !known.has(nameOf(key)));
    for (const one of await this.parts.standings.byKeys(this.scope, unread)) {
      known.set(nameOf(one), one);
      this.#recent.set(nameOf(one), one);
    }
    return known;
  }

  async #write(standings: readonly PlacedStanding[]): Promise<void> {
    await this.parts.standings.write(this.scope, standings);
    for (const one of standings) {
      this.#recent.set(nameOf(one), one);
      this.#count(one, one.seq);
    }
  }

  #count(one: PlacedStanding, seq: number): void {
    this.counting.count(one, one.standing && countedOf(one.standing), seq);
  }

  async #writeCounts(through: number): Promise<void> {
    const pathwayOf = (id: Id) => this.nouns.pathway(id);
    if (this.#isFirst) this.counting.touchWrong(through, pathwayOf);
    this.#isFirst = false;
    const counts = this.counting.changed(pathwayOf);
    await this.parts.counts.write(this.scope, counts);
    this.counting.written(counts);
  }
}

const nameOf = ({ pathwayId, userId }: StandingKey): string => `${pathwayId}/${userId}`;

/** Each with its place among those that the same record concerns on the same pathway, written before or not. */
function withPlaces(concerns: readonly Concern[]): (Concern & { readonly place: number })[] {
  const nth = new Map<string, number>();
  return concerns.map((one) => {
    const record = `${one.pathwayId}/${one.seq}`;
    const n = nth.get(record) ?? 0;
    nth.set(record, n + 1);
    return { ...one, place: placeWithin(one.seq, n) };
  });
}

/** Undefined for what is nobody's, or of nothing that is defined. */
const keyOf = ({
  actorKey,
  activityRef,
  pathwayId,
}: Pick<FilterFields, 'actorKey' | 'activityRef' | 'pathwayId'>): ProgressKey | undefined =>
  actorKey === undefined || activityRef === undefined
    ? undefined
    : { actorKey, activityRef, ...(pathwayId !== undefined && { pathwayId }) };
