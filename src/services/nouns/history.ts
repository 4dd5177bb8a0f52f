import { createHash } from 'node:crypto';
import { unavailable } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import type { LogWriter } from '../../log/writer.js';
import { decodeChange, encodeChange, type NounChange, type NounState } from '../../model/noun-change.js';
import type { ControlLinks, ControlRecord } from '../../store/control-links.js';

export interface Stamped {
  readonly id: Id;
  readonly updatedAt: Date;
}

/** The documents of a noun, which follow the log. */
export interface FollowingDocuments<T> {
  /** The highest number of the log that any of them was written for. */
  head(workspaceId: Id): Promise<number>;
  write(nodes: readonly T[], seq: number): Promise<void>;
  writeRemoved(workspaceId: Id, ids: readonly Id[], removedAt: Date, seq: number): Promise<void>;
}

export interface HistoryParts<T> {
  readonly noun: string;
  readonly documents: FollowingDocuments<T>;
  readonly links: Pick<ControlLinks, 'byKey' | 'at'>;
  readonly writer: LogWriter;
}

/** What a mutation wants, decided from documents that reflect the whole history so far. */
export interface Plan<T, R> {
  /** Absent: nothing to write after all. */
  readonly change?: { readonly name: string } & NounChange<NounState<T>>;
  readonly result: R;
}

const maxTries = 50;

/**
 * All changes of one noun in one workspace, as one line: each control entry's key in the log names the one before it, so of
 * two that were decided from the same state only one can be appended; the other is decided anew. What is unique is therefore
 * really checked, no change overwrites another unseen, and following the line from its start rebuilds the documents.
 *
 * A crash between the entry and the documents leaves an entry that was never acknowledged. Whoever comes next meets its
 * key and finishes it; `catchUp` does the same without changing anything.
 */
export class NounHistory<T extends Stamped> {
  readonly #queues = new Map<Id, Promise<unknown>>();
  /** The entry up to which this process knows the documents to be whole. */
  readonly #whole = new Map<Id, number>();

  constructor(private readonly parts: HistoryParts<T>) {}

  /**
   * Decides and writes a change.
   * @param decide reads documents and may be called several times; what it throws ends the change, once it throws it at
   * the end of the line.
   */
  change<R>(workspaceId: Id, decide: () => Promise<Plan<T, R>>): Promise<{ readonly seq: number; readonly result: R }> {
    const before = this.#queues.get(workspaceId) ?? Promise.resolve();
    const mine = before.then(() => this.#change(workspaceId, decide));
    this.#queues.set(
      workspaceId,
      mine.catch(() => undefined),
    );
    return mine;
  }

  /** Brings the documents to the end of the line. Answers how many changes they lacked. */
  async catchUp(workspaceId: Id): Promise<number> {
    return (await this.#toTheEnd(workspaceId)).applied;
  }

  /** Brings the documents to what one control entry says. Applying it again, or late, changes nothing. */
  async apply(workspaceId: Id, record: ControlRecord): Promise<void> {
    const { seq, control } = record;
    if (control.noun !== this.parts.noun || control.payload === undefined) return;
    const change = decodeChange<NounState<T> & Stamped>(control.payload);
    const nodes = change.set.map((state) => ({ ...state, workspaceId, seq }) as unknown as T);
    if (change.removed.length > 0) {
      await this.parts.documents.writeRemoved(workspaceId, change.removed, change.at, seq);
    }
    if (nodes.length > 0) await this.parts.documents.write(nodes, seq);
    this.#whole.set(workspaceId, Math.max(seq, this.#whole.get(workspaceId) ?? 0));
  }

  async #change<R>(workspaceId: Id, decide: () => Promise<Plan<T, R>>): Promise<{ seq: number; result: R }> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const head = await this.#wholeHead(workspaceId);
      const plan = await decide().catch(async (refusal: unknown) => {
        // Somebody else may just have been changing the documents, or have left them half changed.
        if ((await this.#toTheEnd(workspaceId)).head === head) throw refusal;
      });
      if (!plan) continue;
      if (!plan.change) return { seq: head, result: plan.result };
      const seq = await this.#append(workspaceId, head, plan.change);
      if (seq !== undefined) return { seq, result: plan.result };
    }
    throw unavailable(new Error(`Too many others change ${this.parts.noun} at once`));
  }

  async #toTheEnd(workspaceId: Id): Promise<{ readonly head: number; readonly applied: number }> {
    let head = await this.#wholeHead(workspaceId);
    for (let applied = 0; ; applied += 1) {
      const next = await this.parts.links.byKey(workspaceId, this.#keyAfter(head));
      if (!next) return { head, applied };
      await this.apply(workspaceId, next);
      head = next.seq;
    }
  }

  /** The last entry that the documents reflect. One that another process may have left half applied is applied again. */
  async #wholeHead(workspaceId: Id): Promise<number> {
    const head = await this.parts.documents.head(workspaceId);
    if (head > 0 && (this.#whole.get(workspaceId) ?? 0) < head) {
      const record = await this.parts.links.at(workspaceId, head);
      if (record) await this.apply(workspaceId, record);
      this.#whole.set(workspaceId, head);
    }
    return head;
  }

  /** Appends the next entry of the line and applies it. Undefined where another was faster: that one is applied instead. */
  async #append(
    workspaceId: Id,
    head: number,
    { name, ...change }: { readonly name: string } & NounChange<NounState<T>>,
  ): Promise<number | undefined> {
    const id = newId();
    const control = {
      noun: this.parts.noun,
      change: name,
      subjectId: change.set[0]?.id ?? change.removed[0]!,
      payload: encodeChange(change as NounChange<NounState<T> & Stamped>),
    };
    const appended = await this.parts.writer.append(workspaceId, {
      kind: 'control',
      id,
      nativeKey: this.#keyAfter(head),
      // Never the same as another's, so that meeting another's entry is a conflict even if it says the same.
      contentHash: createHash('sha256').update(id).digest('hex'),
      control,
    });
    if (appended.outcome === 'RECORDED') {
      await this.apply(workspaceId, { kind: 'control', id, seq: appended.seq, control });
      return appended.seq;
    }
    const other = await this.parts.links.at(workspaceId, appended.seq);
    if (other) await this.apply(workspaceId, other);
    return undefined;
  }

  #keyAfter(seq: number): string {
    return `${this.parts.noun}:after:${seq}`;
  }
}
