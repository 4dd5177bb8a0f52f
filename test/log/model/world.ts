import { vi } from 'vitest';
import type { Clock } from '../../../src/base/clock.js';
import { newId } from '../../../src/base/ids.js';
import { beginEpoch } from '../../../src/log/retention.js';
import type { Appended } from '../../../src/model/log-record.js';
import { modelDraft } from './drafts.js';
import { Follower } from './follower.js';
import { Ledger } from './ledger.js';
import { type Breakage, SimProcess } from './process.js';
import { Random } from './random.js';
import { type RequestKind, SimServer } from './server.js';

export interface Variant {
  readonly replicaSet?: boolean;
  readonly breakage?: Breakage;
  readonly answersEarly?: readonly RequestKind[];
  /** Where to look: how likely each trouble and each action is, over what the seed says. */
  readonly tuning?: Tuning;
}

export interface Tuning {
  readonly troubles?: Partial<Record<Trouble, number>>;
  readonly actions?: Partial<Record<ActionName, number>>;
}

type Trouble = 'flush' | 'time' | 'act' | 'crash' | 'disconnect' | 'drop';
type ActionName = keyof typeof actionWeights;

const actionWeights = {
  append: 10,
  follow: 3,
  resume: 2,
  restart: 1.5,
  remove: 3,
  sweep: 1,
  keepFrom: 2,
  settle: 2,
  newEpoch: 0.3,
};

/** What may happen next, and how likely. */
type Happening = [() => void, number];
type Action = (process: SimProcess) => Promise<unknown> | undefined;

/** Several processes of the gateway, a server, and everything that may happen to them, chosen by one source of chance. */
export class World {
  readonly random: Random;
  readonly server: SimServer;
  readonly ledger: Ledger;
  readonly workspaceId = newId();
  readonly processes: SimProcess[] = [];
  readonly followers: { process: SimProcess; follower: Follower }[] = [];
  readonly counts = { steps: 0, crashes: 0, kills: 0, lost: 0, acknowledged: 0, removals: 0, retentions: 0, epochs: 0 };
  /** Whether all goes well from now on. */
  quiet = false;
  readonly clock: Clock;
  readonly #tasks = new Map<Promise<unknown>, { process: SimProcess; name: string }>();
  readonly #waiters: { ready(): boolean; go(): void }[] = [];
  readonly #unanswered = new Map<string, string>();
  readonly #acknowledgedKeys: [string, string][] = [];
  readonly #entries: string[] = [];
  #signals: { to: SimProcess; seq: number }[] = [];
  #actionsLeft = 24;
  #names = 0;
  readonly #weights: Readonly<Record<Trouble, number>>;

  constructor(
    seed: number,
    private readonly variant: Variant,
  ) {
    this.random = new Random(seed);
    let nowMs = 1_000_000;
    this.clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs };
    this.#pass = (ms) => {
      nowMs += ms;
      vi.advanceTimersByTime(ms);
    };
    this.server = new SimServer(this.random, {
      replicaSet: variant.replicaSet ?? false,
      answersEarly: variant.answersEarly,
    });
    this.ledger = new Ledger(this.server);
    this.#weights = {
      flush: this.random.pick([0.05, 0.3, 2]),
      time: this.random.pick([0.1, 0.5, 1.5]),
      act: this.random.pick([0.1, 0.4]),
      crash: this.random.pick([0, 0.02, 0.08]),
      disconnect: this.random.pick([0, 0.05, 0.2]),
      drop: this.random.pick([0, 0.05]),
      ...variant.tuning?.troubles,
    };
    for (let i = 0; i < 3; i += 1) this.start();
  }

  readonly #pass: (ms: number) => void;

  /** One thing happens. */
  turn(): void {
    this.server.step += 1;
    this.counts.steps += 1;
    const movable = this.server.movable();
    const choices: Happening[] = [];
    if (movable.length > 0) choices.push([() => this.server.move(this.random.pick(movable)), movable.length]);
    const { unflushed } = this.server;
    const flush = this.quiet ? 1 : this.#weights.flush;
    if (unflushed > 0) choices.push([() => this.server.flush(this.random.between(1, unflushed)), flush]);
    if (this.#signals.length > 0) choices.push([() => this.#signal(), 1]);
    if (!this.quiet) choices.push(...this.#troubles());
    const idle = choices.length === 0;
    if (idle || !this.quiet) choices.push([() => this.#pass(this.random.between(1, 80)), this.#weights.time]);
    this.#weighted(choices)?.();
  }

  /** What each reader says of itself must be so. */
  check(): void {
    for (const process of this.processes) {
      if (!process.alive || !process.feed) continue;
      const { epoch, seq } = process.feed.place;
      const { checked, options } = process;
      if (epoch !== checked.epoch) process.acknowledged = 0;
      else if (seq < checked.seq) this.ledger.fail(`${options.name} stood at ${checked.seq} and stands at ${seq}`);
      if (seq !== checked.seq || epoch !== checked.epoch) {
        this.ledger.seen(options.name, epoch === checked.epoch ? checked.seq + 1 : 1, seq);
        process.checked = { epoch, seq };
      }
    }
    for (const waiter of [...this.#waiters]) {
      if (!waiter.ready()) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.go();
    }
  }

  get busy(): boolean {
    return this.#actionsLeft > 0;
  }

  /** Without further trouble everything comes to rest, and then all that was promised is so. */
  async finish(): Promise<void> {
    this.quiet = true;
    this.server.delays = 0;
    const last = this.start();
    await this.#idle();
    for (const key of this.#unanswered.keys()) this.#append(last, [[key, this.#unanswered.get(key)!]]);
    // A request whose sender has long gone may still hide an entry.
    await this.#until(() => this.server.requests.every(({ orphan, connection }) => !orphan && connection.alive));
    await this.#idle();
    while ((await last.removal.sweep(this.workspaceId, -1)) > 0);
    // Numbers that nobody used at the end are filled once something stands above them.
    const [{ seq }] = (await last.recorder.appendMany(this.workspaceId, [modelDraft({})])) as [Appended];
    await this.#until(() => this.#living().every(({ feed }) => feed!.place.seq >= seq));
    for (const process of this.#living()) this.#settle(process);
    await this.#idle();
    for (const { process, follower } of this.followers) {
      if (process.alive && !follower.ended && follower.seq < seq) {
        this.ledger.fail(`A follower stands at ${follower.seq}, the log at ${seq}`);
      }
    }
    this.server.flush(this.server.unflushed);
    this.ledger.checkFinal();
  }

  /** What is still under way, for a report of a run that does not come to rest. */
  pending(): string {
    const tasks = [...this.#tasks.values()].filter(({ process }) => process.alive).map(({ name }) => name);
    return [...tasks, ...this.server.requests.map(({ label, phase }) => `${phase} ${label}`)].join(', ');
  }

  close(): void {
    for (const process of this.processes) process.kill();
  }

  start(): SimProcess {
    this.#names += 1;
    const process: SimProcess = new SimProcess({
      name: `p${this.#names}`,
      server: this.server,
      workspaceId: this.workspaceId,
      clock: this.clock,
      breakage: this.variant.breakage ?? {},
      pageRecords: this.random.pick([2, 4, 50]),
      onAppended: (seq) => {
        for (const to of this.processes) {
          if (to !== process && to.alive && this.random.chance(0.7)) this.#signals.push({ to, seq });
        }
      },
    });
    this.processes.push(process);
    this.#track(process, 'open', process.open());
    return process;
  }

  #living(): SimProcess[] {
    return this.processes.filter(({ alive }) => alive);
  }

  #signal(): void {
    const [{ to, seq }] = this.#signals.splice(this.random.between(0, this.#signals.length - 1), 1) as [
      { to: SimProcess; seq: number },
    ];
    if (to.alive) to.feeds.wake(this.workspaceId, seq);
  }

  #troubles(): Happening[] {
    const { act, crash, disconnect, drop } = this.#weights;
    const open = this.#living().filter(({ feed }) => feed !== undefined);
    const underWay = this.server.requests.filter(({ orphan, connection }) => !orphan && connection.alive);
    const travelling = this.server.requests.filter(({ phase }) => phase === 'travelling');
    const troubles: Happening[] = [];
    if (this.busy && open.length > 0 && this.#tasks.size < 60) {
      troubles.push([() => this.#act(this.random.pick(open)), act]);
    }
    if (open.length > 0) troubles.push([() => this.#crash(), crash]);
    if (underWay.length > 0) {
      troubles.push([() => this.#lose(() => this.server.disconnect(this.random.pick(underWay))), disconnect]);
    }
    if (travelling.length > 0) {
      troubles.push([() => this.#lose(() => this.server.drop(this.random.pick(travelling))), drop]);
    }
    return troubles;
  }

  #crash(): void {
    this.counts.crashes += 1;
    this.server.crash();
  }

  #lose(happen: () => void): void {
    this.counts.lost += 1;
    happen();
  }

  #act(process: SimProcess): void {
    this.#actionsLeft -= 1;
    const actions: Record<ActionName, Action> = {
      append: (p) => this.#append(p, this.#drafts()),
      follow: (p) => void this.followers.push({ process: p, follower: this.#live(p) }),
      resume: (p) => this.#resume(p),
      restart: (p) => this.#restart(p),
      remove: (p) => this.#remove(p),
      sweep: (p) => this.#sweep(p),
      keepFrom: (p) => this.#keepFrom(p),
      settle: (p) => this.#settle(p),
      newEpoch: (p) => this.#newEpoch(p),
    };
    const weights = Object.entries({ ...actionWeights, ...this.variant.tuning?.actions }) as [ActionName, number][];
    const name = this.#weighted(weights);
    if (name) void actions[name](process);
  }

  #weighted<T>(choices: readonly [T, number][]): T | undefined {
    let at = this.random.next() * choices.reduce((total, [, weight]) => total + weight, 0);
    return choices.find(([, weight]) => {
      at -= weight;
      return at < 0;
    })?.[0];
  }

  #drafts(): [string | undefined, string][] {
    return Array.from({ length: this.random.between(1, 4) }, () => {
      const unanswered = [...this.#unanswered];
      const repeats = this.random.chance(0.5) ? unanswered : this.#acknowledgedKeys;
      if (repeats.length > 0 && this.random.chance(0.3)) {
        const [key, content] = this.random.pick(repeats);
        return [key, this.random.chance(0.1) ? 'other' : content];
      }
      this.#names += 1;
      return [this.random.chance(0.6) ? `key-${this.#names}` : undefined, 'same'];
    });
  }

  #append(process: SimProcess, drafts: readonly [string | undefined, string][]): Promise<unknown> {
    for (const [key, content] of drafts) if (key && !this.#unanswered.has(key)) this.#unanswered.set(key, content);
    const appending = process.recorder.appendEach(
      this.workspaceId,
      drafts.map(([key, content]) => {
        this.#names += 1;
        return modelDraft(key ? { key, content } : { serial: `draft-${this.#names}` });
      }),
    );
    process.appending += 1;
    return this.#track(
      process,
      `append ${drafts.map(([key]) => key)}`,
      appending.then((results) => {
        results.forEach((result, index) => {
          if (result.status === 'fulfilled') this.#acknowledge(process, result.value, drafts[index]!);
        });
        this.#appended(process);
      }),
    );
  }

  #acknowledge(process: SimProcess, answer: Appended, [key, content]: readonly [string | undefined, string]): void {
    this.counts.acknowledged += 1;
    process.acknowledged = Math.max(process.acknowledged, answer.seq);
    this.ledger.acknowledged(answer, key);
    if (answer.outcome === 'RECORDED') this.#entries.push(answer.id);
    if (key === undefined) return;
    this.#unanswered.delete(key);
    this.#acknowledgedKeys.push([key, content]);
  }

  #appended(process: SimProcess): void {
    process.appending -= 1;
    if (process.appending === 0) process.lowestOpen = Infinity;
  }

  #live(process: SimProcess): Follower {
    return Follower.live(this.#followerName(process), process.feed!, this.ledger);
  }

  #resume(process: SimProcess): Promise<unknown> {
    const { firstSeq, seq } = process.feed!.place;
    const after = this.random.between(Math.min(firstSeq - 1, seq), seq);
    const following = Follower.resume(
      this.#followerName(process),
      process.feed!,
      this.ledger,
      after,
      () => process.alive,
    );
    return this.#track(
      process,
      'resume',
      following.then((follower) => this.followers.push({ process, follower })),
    );
  }

  #followerName(process: SimProcess): string {
    this.#names += 1;
    return `f${this.#names} of ${process.options.name}`;
  }

  /** A writer dies and another takes over what it had no answer for. */
  #restart(process: SimProcess): undefined {
    this.counts.kills += 1;
    process.kill();
    const next = this.start();
    const unanswered = [...this.#unanswered].slice(0, 6);
    this.#track(
      next,
      'take over',
      this.#until(() => next.feed !== undefined).then(() => void this.#append(next, unanswered)),
    );
  }

  #remove(process: SimProcess): Promise<unknown> | undefined {
    if (this.#entries.length === 0) return undefined;
    const ids = [this.random.pick(this.#entries), this.random.pick(this.#entries)];
    this.counts.removals += 1;
    return this.#appendingTask(process, 'remove', process.removal.removeMany(this.workspaceId, [...new Set(ids)]));
  }

  #sweep(process: SimProcess): Promise<unknown> {
    return this.#appendingTask(process, 'sweep', process.removal.sweep(this.workspaceId, -1));
  }

  #appendingTask(process: SimProcess, name: string, task: Promise<unknown>): Promise<unknown> {
    process.appending += 1;
    return this.#track(
      process,
      name,
      task.catch(() => {}).then(() => this.#appended(process)),
    );
  }

  /**
   * Retention is about what is old: it stays below what its process has seen, and below every number that a request
   * under way, or a writer that still tries, might put something at.
   */
  #keepFrom(process: SimProcess): Promise<unknown> | undefined {
    const limit = Math.min(
      process.feed!.place.seq + 1,
      ...this.server.requests.flatMap(({ seqs }) => seqs),
      ...this.#living().map(({ lowestOpen }) => lowestOpen),
    );
    const { firstSeq } = process.feed!.place;
    if (limit <= firstSeq) return undefined;
    const keepFrom = this.random.between(firstSeq + 1, limit);
    this.ledger.keptFrom = Math.max(this.ledger.keptFrom, keepFrom);
    this.counts.retentions += 1;
    return this.#track(
      process,
      'retention',
      process.retention.keepFrom(this.workspaceId, keepFrom).catch(() => {}),
    );
  }

  #settle(process: SimProcess): Promise<unknown> {
    const need = process.acknowledged;
    const calm = this.quiet;
    const { epoch } = process.checked;
    const settling = process.feeds.settle(this.workspaceId).then(
      (place) => {
        if (place.epoch === epoch && place.seq < need) {
          this.ledger.fail(`${process.options.name} settled at ${place.seq}, having acknowledged ${need}`);
        }
      },
      (error) => {
        if (calm) this.ledger.fail(`${process.options.name} could not settle on ${need}: ${error}`);
      },
    );
    return this.#track(process, 'settle', settling);
  }

  #newEpoch(process: SimProcess): Promise<unknown> {
    this.counts.epochs += 1;
    return this.#track(
      process,
      'new epoch',
      beginEpoch(this.workspaceId, process.parts.logs, process.parts.states).catch(() => {}),
    );
  }

  #track(process: SimProcess, name: string, task: Promise<unknown>): Promise<unknown> {
    const tracked = task.catch((error: unknown) => this.ledger.fail(`${name}: ${error}`));
    this.#tasks.set(tracked, { process, name });
    void tracked.then(() => this.#tasks.delete(tracked));
    return tracked;
  }

  #idle(): Promise<void> {
    return this.#until(() => [...this.#tasks.values()].every(({ process }) => !process.alive));
  }

  #until(ready: () => boolean): Promise<void> {
    return new Promise((go) => this.#waiters.push({ ready, go }));
  }
}
