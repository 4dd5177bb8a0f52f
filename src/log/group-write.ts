import { Long } from 'bson';
import { CodedError, unavailable } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import { sleep } from '../base/lifecycle.js';
import type { Appended } from '../model/log-record.js';
import type { KeyHolder, LogKey, LogRecords } from '../store/activity-logs.js';
import type { LogDocument } from '../store/log-document.js';
import type { LogStateStore } from '../store/log-states.js';
import type { Durability } from './durability.js';

/** One draft on its way: its document keeps the same `_id` over every try. */
export interface Pending {
  readonly document: LogDocument;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

export interface GroupWriteParts {
  readonly logs: LogRecords;
  readonly states: LogStateStore;
  readonly durability: Durability;
  /** Makes sure that the workspace's counter exists and stands above every number in the log. */
  prepare(): Promise<void>;
  /** Whether the store gave a definite no, so that trying again cannot help. */
  isDefinite(error: unknown): boolean;
  onRetry(error: unknown): void;
  /** When to stop trying; the outcome of what is left is then unknown to its callers. */
  readonly signal: AbortSignal;
}

const logKeyOf = ({ source, connectionId, nativeKey }: LogDocument): LogKey | undefined =>
  nativeKey === undefined ? undefined : { source: source!, connectionId: connectionId!, nativeKey };

const textOf = ({ source, connectionId, nativeKey }: LogKey): string =>
  JSON.stringify([source, connectionId, nativeKey]);

/** Equal for drafts with one key; undefined for one without. */
function keyOf(document: LogDocument): string | undefined {
  const key = logKeyOf(document);
  return key && textOf(key);
}

/** An entry that a draft repeats, or would. */
type First = Pick<KeyHolder, 'id' | 'seq' | 'contentHash' | 'removed'>;

const hashOf = (document: LogDocument): string | undefined =>
  document.contentHash && Buffer.from(document.contentHash.buffer).toString('hex');

/**
 * Appends one group to a workspace's log: settles repeats, reserves numbers, inserts, and tells every caller what became
 * of its draft once that is durable. Nothing may depend on the order within a group.
 *
 * The law: a number is used only after its reservation was acknowledged; a try whose outcome is unknown is repeated with
 * the same `_id` and number; a number that will not be used is filled with a void.
 */
export class GroupWrite {
  readonly #repeats = new Map<Pending, Pending[]>();
  #highest = 0;

  constructor(
    private readonly workspaceId: Id,
    private readonly parts: GroupWriteParts,
  ) {}

  /** Answers the highest number acknowledged, 0 for none. Rejects the callers of what could not be written; never throws. */
  async run(group: readonly Pending[]): Promise<number> {
    const firsts = this.#settleWithinGroup(group);
    try {
      await this.#persist(() => this.parts.prepare());
      const fresh = await this.#settleAgainstStore(firsts);
      await this.#write(fresh, fresh.length);
    } catch (error) {
      for (const pending of group) pending.reject(error);
    }
    return this.#highest;
  }

  /** Of drafts with one key only the first is written; the others wait for what becomes of it. */
  #settleWithinGroup(group: readonly Pending[]): Pending[] {
    const byKey = new Map<string, Pending>();
    return group.filter((pending) => {
      const key = keyOf(pending.document);
      const first = key === undefined ? undefined : byKey.get(key);
      if (first) {
        this.#repeats.get(first)!.push(pending);
        return false;
      }
      if (key !== undefined) byKey.set(key, pending);
      this.#repeats.set(pending, []);
      return true;
    });
  }

  async #settleAgainstStore(firsts: readonly Pending[]): Promise<Pending[]> {
    const holders = await this.#holders(firsts);
    return firsts.filter((pending) => {
      const holder = holders.get(keyOf(pending.document) ?? '');
      if (holder) this.#answerRepeat(pending, holder);
      return holder === undefined;
    });
  }

  /** Who holds the drafts' keys, durably: a DUPLICATE is answered only once the first cannot vanish any more. */
  async #holders(pendings: readonly Pending[]): Promise<Map<string, KeyHolder>> {
    if (pendings.every(({ document }) => document.nativeKey === undefined)) return new Map();
    const quick = await this.#persist(() => this.#findHolders(pendings));
    return quick.size === 0 ? quick : this.#durably(() => this.#findHolders(pendings));
  }

  async #write(pendings: readonly Pending[], size: number): Promise<void> {
    for (let start = 0; start < pendings.length; start += size) {
      await this.#writeSlice(pendings.slice(start, start + size), size);
    }
  }

  async #writeSlice(slice: readonly Pending[], size: number): Promise<void> {
    if (slice.length === 0) return;
    const first = await this.#persist(() => this.parts.states.reserve(this.workspaceId, slice.length));
    for (const [index, { document }] of slice.entries()) document.seq = Long.fromNumber(first + index);
    let open = [...slice];
    const displaced: Pending[] = [];
    const unused: Pending[] = [];
    while (open.length > 0) {
      const tried = open;
      if (this.parts.signal.aborted) throw unavailable();
      let failures: Awaited<ReturnType<LogRecords['insert']>>;
      try {
        const documents = tried.map(({ document }) => document);
        failures = await this.parts.logs.insert(documents);
      } catch (error) {
        await this.#backOff(error);
        continue;
      }
      for (const [index, pending] of tried.entries()) if (!failures.has(index)) this.#recorded(pending);
      open = tried.filter((_, index) => failures.has(index));
      const refused = tried.filter((_, index) => failures.get(index) === 'refused');
      for (const pending of refused) this.#reject(pending);
      unused.push(...refused);
      open = await this.#explain(
        open.filter((pending) => !refused.includes(pending)),
        displaced,
        unused,
      );
    }
    await this.#fill(unused);
    // A reader that took our number for abandoned was faster; halving gives ever smaller groups a better chance.
    await this.#write(displaced, Math.max(1, Math.ceil(size / 2)));
  }

  /** Finds out why documents were not inserted; answers those to try again as they are. */
  async #explain(failed: readonly Pending[], displaced: Pending[], unused: Pending[]): Promise<Pending[]> {
    if (failed.length === 0) return [];
    const [atSeq, holders] = await this.#durably(() =>
      Promise.all([
        this.parts.logs.idsAt(
          this.workspaceId,
          failed.map(({ document }) => Number(document.seq)),
        ),
        this.#findHolders(failed),
      ]),
    );
    return failed.filter((pending) => {
      const id = pending.document._id.toHexString();
      const there = atSeq.get(Number(pending.document.seq));
      const holder = holders.get(keyOf(pending.document) ?? '');
      if (there === id) this.#recorded(pending);
      else if (holder && holder.id !== id) {
        this.#answerRepeat(pending, holder);
        if (there === undefined) unused.push(pending);
      } else if (there !== undefined) displaced.push(pending);
      else return true;
      return false;
    });
  }

  /** Who holds the drafts' keys, as far as can be seen now. */
  async #findHolders(pendings: readonly Pending[]): Promise<Map<string, KeyHolder>> {
    const keys = pendings.flatMap(({ document }) => logKeyOf(document) ?? []);
    const found = await this.parts.logs.findKeys(this.workspaceId, keys);
    return new Map(found.map((holder) => [textOf(holder), holder]));
  }

  async #fill(unused: readonly Pending[]): Promise<void> {
    if (unused.length === 0) return;
    const seqs = unused.map(({ document }) => Number(document.seq));
    await this.#persist(() => this.parts.logs.insertVoids(this.workspaceId, seqs));
  }

  /** A read of which nothing can be taken back. */
  async #durably<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      const sure = await this.#persist(() => this.parts.durability.read(this.workspaceId, read, () => 0));
      if (sure) return sure.result;
    }
  }

  async #persist<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        await this.#backOff(error);
      }
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const coded = error instanceof CodedError && error.code !== 'SERVICE_UNAVAILABLE';
    if (coded || this.parts.isDefinite(error) || this.parts.signal.aborted) throw error;
    this.parts.onRetry(error);
    await sleep(25 + Math.random() * 75, this.parts.signal);
  }

  #recorded(pending: Pending): void {
    const { _id, seq, recordedAt } = pending.document;
    this.#highest = Math.max(this.#highest, Number(seq));
    pending.resolve({ outcome: 'RECORDED', id: _id.toHexString(), seq: Number(seq), recordedAt });
    const first = { id: _id.toHexString(), seq: Number(seq), contentHash: hashOf(pending.document), removed: false };
    this.#answerFollowers(pending, first);
  }

  #answerRepeat(pending: Pending, holder: KeyHolder): void {
    this.#highest = Math.max(this.#highest, holder.seq);
    pending.resolve(repeatOf(pending, holder));
    this.#answerFollowers(pending, holder);
  }

  #answerFollowers(pending: Pending, holder: First): void {
    for (const follower of this.#repeats.get(pending) ?? []) follower.resolve(repeatOf(follower, holder));
  }

  #reject(pending: Pending): void {
    const error = new Error('The store refused a document of the log');
    for (const one of [pending, ...(this.#repeats.get(pending) ?? [])]) one.reject(error);
  }
}

function repeatOf(pending: Pending, { id, seq, contentHash, removed }: First): Appended {
  const isSame = contentHash === hashOf(pending.document);
  return isSame ? { outcome: 'DUPLICATE', id, seq, removed } : { outcome: 'CONFLICT', id, seq };
}
