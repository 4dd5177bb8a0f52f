import { type Deferred, deferred } from '../../../src/base/lifecycle.js';
import { type Change, Image } from './image.js';
import type { Random } from './random.js';

/** What a request does, in pieces between which anything may happen. Answers what its sender hears. */
export type Work = (server: SimServer) => Generator<void, unknown, void>;

export type RequestKind = 'read' | 'reserve' | 'write';

/** One process's way to the server. A dead one hears nothing any more, but what it sent may still arrive. */
export interface Connection {
  alive: boolean;
}

export class Request {
  phase: 'travelling' | 'working' | 'journaling' | 'answering' = 'travelling';
  /** Its sender was told of a lost connection; it goes on all the same. */
  orphan = false;
  /** How much of the journal must be on disk before it is answered. */
  needs = 0;
  result: unknown;
  running: Generator<void, unknown, void> | undefined;

  constructor(
    readonly connection: Connection,
    readonly label: string,
    readonly kind: RequestKind,
    readonly work: Work,
    /** Numbers that it may put something at. */
    readonly seqs: readonly number[],
    /** It arrives no sooner than this step: some take very long. */
    readonly notBefore: number,
    readonly answer: Deferred<unknown>,
  ) {}
}

export interface ServerOptions {
  /** Reads see only what will stay; there are no incarnations. */
  readonly replicaSet: boolean;
  /** Answers writes of these kinds before they are on disk, as `{ w: 1, j: false }` or a standalone's `majority` does. */
  readonly answersEarly?: readonly RequestKind[];
}

const lost = (label: string): Error => new Error(`connection lost: ${label}`);

/**
 * A server with the semantics that the log's protocol must live with: writes are visible well before they are on disk,
 * groups are inserted one document at a time, answers get lost, requests arrive late, and a crash takes back what the
 * journal does not have. Nothing moves by itself: the scheduler moves one piece at a time.
 */
export class SimServer {
  visible = new Image();
  durable = new Image();
  incarnation = 1;
  step = 0;
  requests: Request[] = [];
  #journal: Change[] = [];
  #written = 0;
  #flushed = 0;
  /** How likely a request takes very long. */
  delays = 0.04;
  /** Told of every change once it is on disk. */
  onDurable: (change: Change) => void = () => {};

  constructor(
    readonly random: Random,
    readonly options: ServerOptions,
  ) {}

  /** What reads see. */
  get readable(): Image {
    return this.options.replicaSet ? this.durable : this.visible;
  }

  send<T>(
    connection: Connection,
    label: string,
    kind: RequestKind,
    work: Work,
    seqs: readonly number[] = [],
  ): Promise<T> {
    const answer = deferred<unknown>();
    if (connection.alive) {
      const delay = this.random.chance(this.delays) ? this.random.between(20, 400) : 0;
      this.requests.push(new Request(connection, label, kind, work, seqs, this.step + delay, answer));
    }
    return answer.promise as Promise<T>;
  }

  change(change: Change): void {
    this.visible.apply(change);
    this.#journal.push(change);
    this.#written += 1;
  }

  get unflushed(): number {
    return this.#journal.length;
  }

  movable(): Request[] {
    return this.requests.filter(
      (request) => request.phase !== 'journaling' && (request.phase !== 'travelling' || request.notBefore <= this.step),
    );
  }

  /** Moves one request on by one piece. */
  move(request: Request): void {
    if (request.phase === 'answering') {
      this.#answer(request);
      return;
    }
    const before = this.#written;
    request.phase = 'working';
    request.running ??= request.work(this);
    const piece = request.running.next();
    if (this.#written > before) request.needs = this.#written;
    if (!piece.done) return;
    request.result = piece.value;
    const early = this.options.answersEarly?.includes(request.kind) ?? false;
    request.phase = request.needs > this.#flushed && !early ? 'journaling' : 'answering';
  }

  /** Brings the oldest `count` changes to disk. */
  flush(count: number): void {
    for (const change of this.#journal.splice(0, count)) {
      this.durable.apply(change);
      this.#flushed += 1;
      this.onDurable(change);
    }
    for (const request of this.requests) {
      if (request.phase === 'journaling' && request.needs <= this.#flushed) request.phase = 'answering';
    }
  }

  /** The sender hears of a lost connection; the request goes on. */
  disconnect(request: Request): void {
    request.orphan = true;
    request.answer.reject(lost(request.label));
  }

  /** The request never arrives. */
  drop(request: Request): void {
    this.#forget(request);
    if (!request.orphan && request.connection.alive) request.answer.reject(lost(request.label));
  }

  /** Killed and started anew: what is not on disk is gone. Answers that were on their way may or may not still arrive. */
  crash(): void {
    this.flush(this.random.between(0, this.#journal.length));
    this.visible = this.durable.copy();
    this.#journal = [];
    this.#written = this.#flushed;
    this.incarnation += 1;
    for (const request of [...this.requests]) {
      if (request.phase !== 'answering' || this.random.chance(0.5)) this.drop(request);
    }
  }

  #answer(request: Request): void {
    this.#forget(request);
    if (!request.orphan && request.connection.alive) request.answer.resolve(request.result);
  }

  #forget(request: Request): void {
    this.requests.splice(this.requests.indexOf(request), 1);
  }
}
