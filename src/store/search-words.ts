import { type Collection, type Document, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import { selectiveIndexName } from './activity-log-query.js';
import { logCollection } from './activity-logs.js';
import type { Store } from './connect.js';
import type { LogDocument } from './log-document.js';
import { defaultMaxTimeMs, read } from './read.js';

/** How many of a word's newest entries tell how often it stands in the log: the further back they reach, the rarer it is. */
const newest = 100;
/** So many words are looked at: one that is rare enough is among them. */
const mostWords = 8;

/** How often words of a search stand in entries, as far as that matters for reading by them. */
export class SearchWords {
  readonly #logs: Collection<LogDocument>;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument>(logCollection);
  }

  /**
   * The words with the rarest first. All of them must be in an entry, and the server reads by the index all that have the
   * first one, whatever the others are: by a common word, that is as much as the log is long.
   * @throws CodedError QUERY_TOO_SLOW, SERVICE_UNAVAILABLE.
   */
  async rarestFirst(workspaceId: Id, words: readonly string[]): Promise<readonly string[]> {
    if (words.length < 2) return words;
    const looked = words.slice(0, mostWords);
    const reaches = await Promise.all(looked.map((word) => this.#reachOf(workspaceId, word)));
    const order = looked.map((word, at) => ({ word, reach: reaches[at]! }));
    order.sort((one, other) => one.reach - other.reach);
    return [...order.map(({ word }) => word), ...words.slice(mostWords)];
  }

  /** When the last of a word's newest entries happened; before everything where it has fewer. */
  async #reachOf(workspaceId: Id, word: string): Promise<number> {
    const where: Document = { workspaceId: new ObjectId(workspaceId), kind: 'entry', words: word };
    const [last] = await read(() =>
      this.#logs
        .find(where, {
          sort: { occurredAtMicros: -1, seq: -1 },
          skip: newest - 1,
          limit: 1,
          projection: { _id: 0, occurredAtMicros: 1 },
          maxTimeMS: defaultMaxTimeMs,
          hint: selectiveIndexName('words'),
        })
        .toArray(),
    );
    return last ? Number(last.occurredAtMicros) : Number.NEGATIVE_INFINITY;
  }
}
