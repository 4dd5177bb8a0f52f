import { type Document, Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { type IdentityKey, userIdentity } from '../model/identity.js';
import { controlConnection, removalConnection, type SourceSystem, sourceSystems } from '../model/source-system.js';
import type { PersonalTexts } from '../model/user-erasure.js';
import { entryWords } from '../model/words.js';
import { actorRecordedIndex } from './activity-log-query.js';
import { keyIndex } from './activity-logs.js';
import type { Store } from './connect.js';
import type { LogDocument } from './log-document.js';
import { read } from './read.js';

/** Whose entries, and by which user they are to be named from then on where their identity goes. */
export interface NamedBy {
  readonly key: IdentityKey;
  /** Absent: the identity stays. */
  readonly userId?: Id;
}

export interface TextErasing {
  readonly texts: PersonalTexts;
  readonly at: Date;
}

const batchSize = 500;

/** Erases what records of the log say of people, in place: no record goes, and none changes its place. */
export class PersonTexts {
  readonly #logs;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument>('activity_logs');
  }

  /**
   * Erases the texts of entries under an identity, a batch after a number. Entries that have lost theirs already are left.
   * @returns the number to go on after; undefined where nothing is left.
   */
  async eraseEntries(workspaceId: Id, by: NamedBy, after: number, erasing: TextErasing): Promise<number | undefined> {
    const found = await read(() =>
      this.#logs
        .find(
          {
            workspaceId: new ObjectId(workspaceId),
            kind: 'entry',
            actorKey: by.key,
            seq: { $gt: Long.fromNumber(after) },
            textsErasedAt: { $exists: false },
          },
          {
            sort: { seq: 1 },
            limit: batchSize,
            hint: actorRecordedIndex.name!,
            projection: { native: 0, additionalData: 0, changes: 0, summary: 0, words: 0 },
          },
        )
        .toArray(),
    );
    await this.#update(found, (document) => entryUpdate(document, by, erasing));
    return found.length < batchSize ? undefined : Number(found.at(-1)!.seq);
  }

  /** As `eraseEntries`, for what says that an entry was removed. Goes on after a key. */
  async eraseRemovals(
    workspaceId: Id,
    source: SourceSystem,
    keys: ReadonlyMap<IdentityKey, NamedBy>,
    after: string,
    { texts }: TextErasing,
  ): Promise<string | undefined> {
    const found = await read(() =>
      this.#logs
        .find(
          {
            workspaceId: new ObjectId(workspaceId),
            source,
            connectionId: removalConnection,
            nativeKey: { $gt: after },
            actorKey: { $exists: true },
          },
          { sort: { nativeKey: 1 }, limit: batchSize, hint: keyIndex },
        )
        .toArray(),
    );
    const theirs = found.filter(({ actorKey }) => keys.has(actorKey!));
    await this.#update(theirs, (document) => fieldsUpdate(document, keys.get(document.actorKey!)!, texts));
    return found.length < batchSize ? undefined : found.at(-1)!.nativeKey;
  }

  /** Replaces what a control entry says. */
  async rewriteControl(workspaceId: Id, seq: number, payload: string): Promise<void> {
    await read(() =>
      this.#logs.updateOne(
        { workspaceId: new ObjectId(workspaceId), seq: Long.fromNumber(seq), connectionId: controlConnection },
        { $set: { 'control.payload': payload } },
      ),
    );
  }

  /** How many live entries are without the texts that an erasure of this time took. */
  count(workspaceId: Id, keys: readonly IdentityKey[], at: Date): Promise<number> {
    return read(() =>
      this.#logs.countDocuments({
        workspaceId: new ObjectId(workspaceId),
        kind: 'entry',
        actorKey: { $in: [...keys] },
        textsErasedAt: at,
        removedAt: { $exists: false },
      }),
    );
  }

  async #update(documents: readonly LogDocument[], updateOf: (document: LogDocument) => Update): Promise<void> {
    if (documents.length === 0) return;
    const operations = documents.map((document) => ({
      updateOne: {
        filter: { _id: document._id, workspaceId: document.workspaceId },
        update: updateOf(document) as Document,
      },
    }));
    await read(() => this.#logs.bulkWrite(operations, { ordered: false }));
  }
}

export const removalSources: readonly SourceSystem[] = sourceSystems;

interface Update {
  readonly $set: Document;
  readonly $unset: Document;
}

/** Erased whole: what people wrote, and the source's own text. */
const wholeTexts = ['summary', 'additionalData', 'changes', 'native', 'nativeSha256'];

function entryUpdate(document: LogDocument, by: NamedBy, { texts, at }: TextErasing): Update {
  const { $set, $unset } = fieldsUpdate(document, by, texts);
  const { kind, nativeId } = document.actor ?? { kind: 'UNKNOWN' as const };
  const actor = { kind, ...(nativeId !== undefined && !texts.isIn(nativeId) && { nativeId }) };
  const objectName = 'objectName' in $unset ? undefined : document.objectName;
  const tags = ($set.tags as string[] | undefined) ?? document.tags ?? [];
  const words = entryWords({ action: document.action ?? '', object: { name: objectName }, actor: {}, tags });
  return {
    $set: { ...$set, actor, words, textsErasedAt: at },
    $unset: { ...$unset, ...Object.fromEntries(wholeTexts.map((name) => [name, ''])) },
  };
}

/** What of the filter's fields says what somebody is called. */
function fieldsUpdate(document: LogDocument, { key, userId }: NamedBy, texts: PersonalTexts): Update {
  const named = (['nativeId', 'objectId', 'objectName', 'serial'] as const).filter((name) =>
    texts.isIn(document[name]),
  );
  return {
    $set: {
      actorKey: userId === undefined ? key : userIdentity(userId),
      tags: (document.tags ?? []).filter((tag) => !texts.isIn(tag)),
    },
    $unset: Object.fromEntries(named.map((name) => [name, ''])),
  };
}
