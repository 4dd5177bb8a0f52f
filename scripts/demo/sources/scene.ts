import { createHash } from 'node:crypto';
import type { Id } from '../../../src/base/ids.js';
import type { EntryDraft } from '../../../src/model/log-record.js';
import type { SourceSystem } from '../../../src/model/source-system.js';
import type { Chance } from '../chance.js';
import { connectionOf, type Person } from '../people.js';

/** Who and what entries name, with the ids that the store gave to those who are there. */
export interface Cast {
  readonly people: readonly Person[];
  /** By email. */
  readonly userIds: ReadonlyMap<string, Id>;
  /** By key. */
  readonly activityIds: ReadonlyMap<string, Id>;
  /** By the id that Falkor knows them by. */
  readonly pathwayIds: ReadonlyMap<string, Id>;
}

/** What one entry is made from. */
export interface Scene {
  readonly cast: Cast;
  readonly chance: Chance;
  /** When it happens, in milliseconds since 1970. */
  readonly atMs: number;
  /** Distinguishes this entry from every other of the demo. */
  readonly key: string;
  /** The same as a number, for a system that counts its rows. */
  readonly number: number;
}

/** An entry but for its id. */
export type DemoEntry = Required<Omit<EntryDraft, 'id'>>;

type Projection = Omit<EntryDraft['entry'], 'source' | 'connectionId' | 'native' | 'occurredAtMicros' | 'tags'> & {
  readonly nativeKey: string;
  /** In whole milliseconds, unless the source is more exact. */
  readonly atMs?: number;
  readonly occurredAtMicros?: number;
  readonly tags?: readonly string[];
};

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An entry of an outside system: its row as it would come, and the typed fields that the row bears out. */
export function sourceEntry(source: SourceSystem, row: object, projection: Projection): DemoEntry {
  const { nativeKey, atMs, occurredAtMicros, tags, ...rest } = projection;
  const native = JSON.stringify(row);
  return {
    kind: 'entry',
    nativeKey,
    contentHash: sha256(native),
    entry: {
      ...rest,
      source,
      connectionId: connectionOf(source),
      occurredAtMicros: occurredAtMicros ?? atMs! * 1000,
      tags: tags ?? [],
      native,
    },
  };
}
