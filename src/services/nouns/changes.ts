import type { Clock } from '../../base/clock.js';
import { notFound } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { LogStateReader, LogWriter } from '../../log/writer.js';
import type { NounState } from '../../model/noun-change.js';
import type { ControlLinks } from '../../store/control-links.js';
import { type Attempt, attempt, checkId, checkNounBatch, itemError } from '../input/checks.js';
import { FeedCursors } from '../paging/epochs.js';
import { type FollowingDocuments, NounHistory, type Stamped } from './history.js';
import type { Changed, ChangedMany, RemovedNoun } from './results.js';

interface Noun extends Stamped {
  readonly workspaceId: Id;
  readonly seq: number;
}

/** What no two of a noun may have both. */
export interface Claims<T> {
  /** @throws CodedError naming the field below `field` that the state may not have. */
  claim(state: NounState<T>, field: string): void;
}

/** What the changes of any noun need of the gateway. */
export interface ChangingParts {
  readonly states: LogStateReader;
  readonly links: ControlLinks;
  readonly writer: LogWriter;
  readonly clock: Clock;
}

/** What is a noun's own about its changes. */
export interface NounKind<T, Input> {
  readonly noun: string;
  readonly documents: FollowingDocuments<T> & { byIds(workspaceId: Id, ids: readonly Id[]): Promise<T[]> };
  /** @throws CodedError BAD_USER_INPUT naming the field below `field`. */
  made(input: Input, field: string, at: Date): NounState<T>;
  /** What the states have to respect, as of the documents that are there. */
  claims(workspaceId: Id, states: readonly NounState<T>[]): Promise<Claims<T>>;
}

/** Creating, changing and removing, as every noun has it. Whether the caller may is settled before. */
export class NounChanges<T extends Noun, Input> {
  readonly history: NounHistory<T>;
  readonly #cursors: FeedCursors;
  readonly #clock: Clock;

  constructor(
    { links, writer, states, clock }: ChangingParts,
    private readonly kind: NounKind<T, Input>,
  ) {
    this.history = new NounHistory({ noun: kind.noun, documents: kind.documents, links, writer });
    this.#cursors = new FeedCursors(states);
    this.#clock = clock;
  }

  /** @throws CodedError naming the field below `input`. */
  async create(workspaceId: Id, input: Input): Promise<Changed<T>> {
    const { seq, nodes } = await this.#createAll(workspaceId, [input], () => 'input');
    const [only] = nodes;
    if (!only!.ok) throw only!.error;
    return { node: only!.value, seq, cursor: await this.cursorOf(workspaceId, seq) };
  }

  /** Each on its own: what is wrong with one does not keep the others out. */
  async createMany(workspaceId: Id, inputs: readonly Input[]): Promise<ChangedMany<T>> {
    const { seq, nodes } = await this.#createAll(workspaceId, inputs, (index) => `inputs[${index}]`);
    return {
      results: nodes.map((node) => (node.ok ? { node: node.value } : { error: itemError(node.error) })),
      cursor: await this.cursorOf(workspaceId, seq),
    };
  }

  /**
   * @param named the id, and what a caller calls it.
   * @param next the state that follows from the present one; undefined where nothing is to change.
   */
  async update(
    workspaceId: Id,
    named: { readonly id: Id; readonly field: string },
    next: (node: T, at: Date) => NounState<T> | undefined,
    name = 'updated',
  ): Promise<Changed<T>> {
    const id = checkId(named.id, named.field)!;
    const { seq, result } = await this.history.change(workspaceId, async () => {
      const node = await this.existing(workspaceId, id, named.field);
      const at = this.#clock.now();
      const state = next(node, at);
      if (!state) return { result: undefined };
      (await this.kind.claims(workspaceId, [state])).claim(state, 'input');
      return { change: { name, set: [state], removed: [], at }, result: state };
    });
    if (result) return this.changed(workspaceId, result, seq);
    const node = await this.existing(workspaceId, id, named.field);
    return { node, seq, cursor: await this.cursorOf(workspaceId, seq) };
  }

  /** @param check refuses what must stay. */
  async remove(workspaceId: Id, id: Id, check?: (node: T, id: Id) => void): Promise<RemovedNoun> {
    const deletedId = checkId(id, 'id')!;
    const { seq } = await this.history.change(workspaceId, async () => {
      const node = await this.existing(workspaceId, deletedId, 'id');
      check?.(node, deletedId);
      const change = { name: 'removed', set: [], removed: [deletedId], at: this.#clock.now() };
      return { change, result: undefined };
    });
    return { deletedId, seq, cursor: await this.cursorOf(workspaceId, seq) };
  }

  /** @throws CodedError NOT_FOUND naming the field. */
  async existing(workspaceId: Id, id: Id, field: string): Promise<T> {
    const [node] = await this.kind.documents.byIds(workspaceId, [id]);
    if (!node) throw notFound(`This ${this.kind.noun}`, field);
    return node;
  }

  /** A state as of the entry that said it. */
  async changed(workspaceId: Id, state: NounState<T>, seq: number): Promise<Changed<T>> {
    return { node: placed<T>(state, workspaceId, seq), seq, cursor: await this.cursorOf(workspaceId, seq) };
  }

  cursorOf(workspaceId: Id, seq: number): Promise<string> {
    return this.#cursors.of(workspaceId, seq);
  }

  async #createAll(
    workspaceId: Id,
    inputs: readonly Input[],
    fieldOf: (index: number) => string,
  ): Promise<{ seq: number; nodes: Attempt<T>[] }> {
    checkNounBatch(inputs, 'inputs');
    const at = this.#clock.now();
    const states = inputs.map((input, index) => attempt(() => this.kind.made(input, fieldOf(index), at)));
    const { seq, result } = await this.history.change(workspaceId, async () => {
      const wanted = states.flatMap((state) => (state.ok ? [state.value] : []));
      const claims = await this.kind.claims(workspaceId, wanted);
      const result = states.map((state, index): Attempt<NounState<T>> => {
        if (!state.ok) return state;
        return attempt(() => {
          claims.claim(state.value, fieldOf(index));
          return state.value;
        });
      });
      const set = result.flatMap((state) => (state.ok ? [state.value] : []));
      return { change: set.length > 0 ? { name: 'created', set, removed: [], at } : undefined, result };
    });
    const nodes = result.map((state) =>
      state.ok ? { ok: true as const, value: placed<T>(state.value, workspaceId, seq) } : state,
    );
    return { seq, nodes };
  }
}

/** A state with the place where it lies. */
export const placed = <T>(state: NounState<T>, workspaceId: Id, seq: number): T =>
  ({ ...state, workspaceId, seq }) as unknown as T;
