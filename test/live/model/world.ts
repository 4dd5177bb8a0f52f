import { vi } from 'vitest';
import { Random } from '../../log/model/random.js';
import { Client, seqOf } from './client.js';
import { type ModelCohort, ModelCohorts } from './cohorts.js';
import { SimLog } from './log.js';
import { Requests } from './requests.js';

const actions = ['ran', 'swam', 'read'];
const readers = ['a reader', 'another'];
const filters = [undefined, 'ran'];

type Happening = readonly [happen: () => void, weight: number];

/** Clients, the cohorts that they follow through, and all that can happen to them, in an order that follows from the seed. */
export class World {
  readonly random: Random;
  readonly requests = new Requests();
  readonly log: SimLog;
  readonly cohorts: ModelCohorts;
  readonly clients: Client[] = [];
  readonly counts = { steps: 0, entries: 0, removals: 0, subscriptions: 0, moves: 0, told: 0, expired: 0 };
  violation: string | undefined;
  #quiet = false;
  #left = 120;
  readonly #away: number;
  readonly #slow: number;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.log = new SimLog(this.requests);
    this.#away = this.random.pick([0, 0.1, 0.4]);
    this.#slow = this.random.pick([0, 1, 4]);
    const tuning = {
      keptCharacters: this.random.pick([0, 700, 3000, 100_000]),
      recentCharacters: this.random.pick([0, 2000, 100_000]),
      wholeBudget: this.random.pick([1500, 1_000_000]),
      readersAtOnce: this.random.pick([1, 3]),
      longestQueue: this.random.pick([2, 1000]),
    };
    this.cohorts = new ModelCohorts(tuning, this.log, this.requests, (what) => this.wrong(what), seqOf);
    for (let count = this.random.between(0, 30); count > 0; count -= 1) this.#append();
    this.log.advance(this.random.between(0, 40));
  }

  get isBusy(): boolean {
    return this.#left > 0;
  }

  wrong(what: string): void {
    this.violation ??= what;
  }

  /** One thing happens. */
  turn(): void {
    this.counts.steps += 1;
    const choices = this.#quiet ? [] : this.#troubles();
    const { open } = this.requests;
    if (open.length > 0) choices.push([() => this.#answer(), 4]);
    if (this.log.place.seq < this.log.records.length) choices.push([() => this.log.advance(this.#few(12)), 2]);
    if (choices.length === 0 || !this.#quiet) choices.push([() => this.#pass(this.random.pick([5, 50, 500, 3000])), 1]);
    this.#one(choices)();
  }

  /** What must be so at any time. */
  check(): void {
    for (const client of this.clients) if (client.isFollowing) client.look();
    const { budget, known } = this.cohorts;
    if (budget.used > budget.limit) this.wrong(`${budget.used} characters are kept, of ${budget.limit}`);
    if (budget.used < 0) this.wrong('less than nothing is kept');
    for (const { cohort } of known.values()) {
      const members = this.clients.filter((one) => one.isFollowing && one.cohort.cohort === cohort).length;
      if (cohort.size !== members) this.wrong(`a cohort of ${members} counts ${cohort.size}`);
    }
  }

  /** Nothing goes wrong any more, and everybody takes all. */
  calm(): void {
    this.#quiet = true;
    while (this.log.hidden.length > 0) this.log.appendRemoval();
    for (const client of this.clients) {
      client.take(Infinity);
      if (!client.follower && !client.hasLeft) this.#subscribe(client);
    }
  }

  /** Whether everybody has everything. */
  get isAtRest(): boolean {
    const end = this.log.records.length;
    return (
      this.requests.open.length === 0 &&
      this.clients.every((one) => !one.isFollowing || (one.follower!.isJoined && one.follower!.lastSeq === end))
    );
  }

  /** What was told, held against the log; and nothing stays of those who left. */
  finish(): void {
    for (const client of this.clients) {
      client.look();
      client.judge();
      this.counts.told += client.told.size;
      if (client.error !== undefined) this.counts.expired += 1;
    }
    if (this.random.chance(0.2)) {
      this.log.restore();
      for (const client of this.clients) if (client.isFollowing) client.isToEnd = true;
    }
    for (const client of this.clients) if (!client.isToEnd) client.leave();
  }

  /** After what `finish` did has come about. */
  checkEnd(): void {
    for (const client of this.clients) {
      if (client.isToEnd && client.error === undefined) this.wrong(`${client.name} was not ended with its log`);
    }
    for (const { cohort } of this.cohorts.known.values()) {
      if (cohort.size > 0) this.wrong(`${cohort.size} members are left`);
    }
    for (const cohort of [...this.cohorts.known.values()]) this.cohorts.end(cohort);
    this.cohorts.source.close();
  }

  answerAll(): void {
    while (this.requests.open.length > 0) this.requests.answer(0);
  }

  checkNothingLeft(): void {
    if (this.cohorts.budget.used !== 0) this.wrong(`${this.cohorts.budget.used} characters are still kept`);
    if (this.requests.open.length > 0) this.wrong('something is still asked');
    if (this.log.followers > 0) this.wrong('the log is still followed');
    if (vi.getTimerCount() > 0) this.wrong('a timer is left');
  }

  /** What is still under way, for a report of a run that does not come to rest. */
  pending(): string {
    const late = this.clients.filter((one) => one.isFollowing).map((one) => `${one.name} at ${one.lastSeq}`);
    return [`log ${this.log.records.length}`, ...late, ...this.requests.open.map(({ label }) => label)].join(', ');
  }

  #troubles(): Happening[] {
    const following = this.clients.filter((one) => one.isFollowing);
    const cut = this.clients.filter((one) => !one.follower && !one.hasLeft);
    const living = [...this.log.entries.keys()].filter((id) => !this.log.isGone(id));
    const choices: Happening[] = [];
    const can = (is: boolean, weight: number, happen: () => void): void => {
      if (is && this.isBusy) choices.push([() => this.#act(happen), weight]);
    };
    can(true, 3, () => this.#appendSome());
    can(living.length > 0, 1, () => this.log.hide(this.random.pick(living)));
    can(this.log.hidden.length > 0, 2, () => this.#remove());
    can(true, 1.5, () => this.#join());
    can(true, 0.5, () => this.#crowd());
    can(following.length > 0, 0.7, () => this.random.pick(following).leave());
    can(following.length > 0, 0.7, () => this.random.pick(following).cut());
    can(following.length > 3, 0.2, () => {
      for (const one of this.random.shuffled(following).slice(0, 6)) one.cut();
    });
    can(cut.length > 0, 2, () => this.#subscribe(this.random.pick(cut)));
    can(cut.length > 3, 1, () => {
      for (const one of cut) this.#subscribe(one);
    });
    can(following.length > 0, 0.7, () => this.#move(this.random.pick(following)));
    can(following.length > 0, this.#slow, () => this.random.pick(following).take(this.#few(3) - 1));
    can(following.length > 0, 1 + this.#slow, () => this.random.pick(following).take(this.#few(50)));
    can(this.log.place.seq > 5, 0.1, () => this.#retain());
    can(this.cohorts.lingering.size > 0, 0.3, () => this.cohorts.end(this.random.pick([...this.cohorts.lingering])));
    return choices;
  }

  #act(happen: () => void): void {
    this.#left -= 1;
    happen();
  }

  #answer(): void {
    const { requests, random } = this;
    const index = random.between(0, requests.open.length - 1);
    if (this.#quiet || !random.chance(this.#away)) requests.answer(index);
    else if (requests.open[index]!.label === 'look-up' && random.chance(0.2)) requests.refuse(index);
    else requests.fail(index);
  }

  #append(): void {
    this.counts.entries += 1;
    if (this.random.chance(0.1)) this.log.appendVoid();
    else this.log.append(this.random.pick(actions));
  }

  #appendSome(): void {
    for (let count = this.#few(6); count > 0; count -= 1) this.#append();
  }

  #remove(): void {
    this.counts.removals += 1;
    this.log.appendRemoval();
  }

  #retain(): void {
    const { firstSeq, seq } = this.log.place;
    this.log.firstSeq = this.random.between(firstSeq, seq + 1);
  }

  #join(): void {
    this.#add(this.#anyCohort(), this.#anyPlace());
  }

  /** Many equal ones from one place. */
  #crowd(): void {
    const cohort = this.#anyCohort();
    const place = this.#anyPlace();
    for (let count = this.random.between(3, 8); count > 0; count -= 1) this.#add(cohort, place);
  }

  #add(cohort: ModelCohort, after: number): void {
    const client = new Client(`client ${this.clients.length}`, cohort, after, this.log, (what) => this.wrong(what));
    client.take(this.random.chance(0.7) ? Infinity : this.#few(4) - 1);
    this.clients.push(client);
    this.#subscribe(client);
  }

  /** As whoever comes back: refused at once where retention has passed its cursor. */
  #subscribe(client: Client): void {
    if (client.lastSeq < this.log.firstSeq - 1) {
      client.leave();
      return;
    }
    this.counts.subscriptions += 1;
    client.cohort = this.cohorts.of(client.cohort.reader, client.cohort.action);
    client.subscribe();
  }

  #move(client: Client): void {
    this.counts.moves += 1;
    client.moveTo(this.cohorts.of(this.random.pick(readers), client.cohort.action));
  }

  #anyCohort(): ModelCohort {
    return this.cohorts.of(this.random.pick(readers), this.random.pick(filters));
  }

  #anyPlace(): number {
    const { firstSeq, seq } = this.log.place;
    return this.random.chance(0.3) ? seq : this.random.between(Math.min(firstSeq - 1, seq), seq);
  }

  #few(most: number): number {
    return this.random.between(1, most);
  }

  /** Nobody waits for an answer for so long that it asks again. */
  #pass(ms: number): void {
    const { requests } = this;
    if (requests.oldestMs + ms > 15_000) {
      this.#answer();
      return;
    }
    requests.nowMs += ms;
    vi.advanceTimersByTime(ms);
  }

  #one(choices: readonly Happening[]): () => void {
    let at = this.random.next() * choices.reduce((total, [, weight]) => total + weight, 0);
    const chosen = choices.find(([, weight]) => {
      at -= weight;
      return at < 0;
    });
    return (chosen ?? choices.at(-1)!)[0];
  }
}
