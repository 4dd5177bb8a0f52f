import type { Appended } from '../../../src/model/log-record.js';
import { type Change, idOf, keyOf, type StoredDocument, seqOf } from './image.js';
import type { SimServer } from './server.js';

/** The protocol broke a promise. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

interface Known {
  readonly id: string;
  readonly kind: StoredDocument['kind'];
}

/**
 * What has been promised, and what is on disk: holds every answer and everything that a follower is told against what
 * can no longer be taken back.
 */
export class Ledger {
  /** What came to disk at each number, kept also once retention erased it. */
  readonly history = new Map<number, Known>();
  /** Each acknowledged draft's answer. */
  readonly answers: { readonly answer: Appended; readonly key: string | undefined }[] = [];
  readonly #removals = new Map<string, number>();
  /** Under which id a key was acknowledged, and at which number. */
  readonly #keys = new Map<string, { id: string; seq: number }>();
  /** The highest number that retention had been asked to keep from. */
  keptFrom = 1;
  violation: Violation | undefined;

  constructor(private readonly server: SimServer) {
    server.onDurable = (change) => this.#durable(change);
  }

  fail(message: string): void {
    this.violation ??= new Violation(message);
  }

  acknowledged(answer: Appended, key: string | undefined): void {
    this.answers.push({ answer, key });
    const { outcome, id, seq } = answer;
    if (this.history.get(seq)?.id !== id) {
      this.fail(`${outcome} names ${id} at ${seq}, which is not there for good`);
    }
    if (key === undefined) return;
    const known = this.#keys.get(key);
    // Retention lets go of keys too, and a slow answer may still name what went.
    if (known && known.id !== id && known.seq >= this.keptFrom && seq >= this.keptFrom) {
      this.fail(`${outcome} of ${key} names ${id} at ${seq}, before it was ${known.id} at ${known.seq}`);
    }
    this.#keys.set(key, { id, seq });
  }

  /** What a follower or a page shows at a number. */
  shown(who: string, seq: number, id: string): void {
    const known = this.history.get(seq);
    if (known?.id !== id) this.fail(`${who} was shown ${id} at ${seq}, where ${known?.id ?? 'nothing'} is for good`);
  }

  /** A reader says that it has seen everything from `from` up to `through`. */
  seen(who: string, from: number, through: number): void {
    for (let seq = Math.max(from, this.server.durable.state?.firstSeq ?? 1); seq <= through; seq += 1) {
      if (!this.history.has(seq)) this.fail(`${who} stands at ${through}, but ${seq} is not there for good`);
    }
  }

  /** Once all is quiet: the log itself. */
  checkFinal(): void {
    const { visible } = this.server;
    const state = visible.state!;
    const documents = visible.inOrder().filter((document) => seqOf(document) >= state.firstSeq);
    documents.forEach((document, index) => {
      if (seqOf(document) !== state.firstSeq + index) this.fail(`${state.firstSeq + index} is missing in the end`);
      this.shown('the end', seqOf(document), idOf(document));
    });
    this.#checkTwice(documents, 'key', keyOf);
    this.#checkTwice(documents, 'draft', (document) => (document.kind === 'entry' ? document.serial : undefined));
    for (const { answer } of this.answers) {
      if (answer.seq < state.firstSeq) continue;
      const there = visible.byId.get(answer.id);
      if (!there || seqOf(there) !== answer.seq) this.fail(`${answer.outcome} ${answer.id} at ${answer.seq} was lost`);
    }
    for (const document of documents) this.#checkRemoved(document);
    for (const [target, count] of this.#removals) {
      const there = visible.byId.get(target);
      if (!there || seqOf(there) < state.firstSeq) continue;
      if (count > 1) this.fail(`${target} was removed ${count} times`);
      if (!there.removedAt) this.fail(`${target} was said to be removed and is there`);
    }
  }

  #checkRemoved(document: StoredDocument): void {
    if (document.removedAt && this.#removals.get(idOf(document)) !== 1) {
      this.fail(`${idOf(document)} is hidden, and ${this.#removals.get(idOf(document)) ?? 0} removals are in the log`);
    }
    if (document.sweep) this.fail(`${idOf(document)} is still to be swept in the end`);
  }

  #checkTwice(
    documents: readonly StoredDocument[],
    what: string,
    of: (document: StoredDocument) => string | undefined,
  ): void {
    const seen = new Map<string, number>();
    for (const document of documents) {
      const name = of(document);
      if (name === undefined) continue;
      if (seen.has(name)) this.fail(`The ${what} ${name} is there twice: at ${seen.get(name)} and ${seqOf(document)}`);
      seen.set(name, seqOf(document));
    }
  }

  #durable(change: Change): void {
    const { durable } = this.server;
    if (change.kind === 'document' && change.document) this.#durableDocument(change.document);
    if (durable.state && durable.state.seq < durable.lastSeq()) {
      this.fail(`The counter stands at ${durable.state.seq}, below the log's end at ${durable.lastSeq()}`);
    }
  }

  #durableDocument(document: StoredDocument): void {
    const seq = seqOf(document);
    const id = idOf(document);
    const known = this.history.get(seq);
    if (known && known.id !== id) {
      // A reader that does not know yet that retention went by may fill what was erased; nobody is shown it.
      if (seq >= this.server.visible.state!.firstSeq) this.fail(`${seq} was ${known.id} and became ${id}`);
      return;
    }
    if (known) return;
    this.history.set(seq, { id, kind: document.kind });
    if (document.kind === 'removed') {
      const target = document.targetId!.toHexString();
      this.#removals.set(target, (this.#removals.get(target) ?? 0) + 1);
    }
  }
}
