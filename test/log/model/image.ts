import type { InsertFailure } from '../../../src/store/activity-logs.js';
import type { LogDocument } from '../../../src/store/log-document.js';
import type { LogState } from '../../../src/store/log-states.js';

/** One step of the server's journal: a document's new form (none: deleted), or the counter's. */
export type Change =
  | { readonly kind: 'document'; readonly id: string; readonly document: StoredDocument | undefined }
  | { readonly kind: 'state'; readonly state: LogState };

export type StoredDocument = LogDocument & { sweep?: string };

export const idOf = (document: LogDocument): string => document._id.toHexString();
export const seqOf = (document: LogDocument): number => Number(document.seq);
export const keyOf = (document: LogDocument): string | undefined =>
  document.nativeKey && JSON.stringify([document.source, document.connectionId, document.nativeKey]);

/** What one workspace's two collections hold, either as reads see it or as the journal has it. Documents are never changed, only replaced. */
export class Image {
  readonly byId = new Map<string, StoredDocument>();
  readonly bySeq = new Map<number, StoredDocument>();
  readonly byKey = new Map<string, StoredDocument>();
  state: LogState | undefined;

  apply(change: Change): void {
    if (change.kind === 'state') {
      this.state = change.state;
      return;
    }
    this.#forget(change.id);
    const { document } = change;
    if (!document) return;
    this.byId.set(change.id, document);
    this.bySeq.set(seqOf(document), document);
    const key = keyOf(document);
    if (key) this.byKey.set(key, document);
  }

  /** Which of the unique indexes stand against a document. */
  against(document: LogDocument): InsertFailure[] {
    const key = keyOf(document);
    const failures: InsertFailure[] = [];
    if (this.byId.has(idOf(document))) failures.push('id');
    if (this.bySeq.has(seqOf(document))) failures.push('seq');
    if (key && this.byKey.has(key)) failures.push('key');
    return failures;
  }

  inOrder(): StoredDocument[] {
    return [...this.bySeq.values()].sort((a, b) => seqOf(a) - seqOf(b));
  }

  lastSeq(): number {
    let last = 0;
    for (const seq of this.bySeq.keys()) if (seq > last) last = seq;
    return last;
  }

  copy(): Image {
    const copy = new Image();
    for (const [id, document] of this.byId) copy.apply({ kind: 'document', id, document });
    copy.state = this.state;
    return copy;
  }

  #forget(id: string): void {
    const known = this.byId.get(id);
    if (!known) return;
    this.byId.delete(id);
    this.bySeq.delete(seqOf(known));
    const key = keyOf(known);
    if (key) this.byKey.delete(key);
  }
}
