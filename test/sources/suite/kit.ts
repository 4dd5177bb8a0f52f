import type fc from 'fast-check';
import type { EmulatedRows, Emulator } from '../../../scripts/upstreams/emulator.js';
import type { IngestedRow } from '../../../src/ingest/connector.js';
import type { ActivityLog } from '../../../src/model/activity-log.js';

/** What the suite wants of a source, so that it can be put through everything that every source must stand. */
export interface SourceKit {
  /** Lists of rows as the system gives them, below test/fixtures. */
  readonly fixtures: readonly string[];
  /** The text of any row that the system may give. */
  readonly anyRow: fc.Arbitrary<string>;
  /** Texts that are no rows of the system. */
  readonly noRows: readonly string[];
  toRow(native: string): IngestedRow | string;
  /** The way back: the row's text from the entry alone. */
  back(entry: ActivityLog): string;
  /** The n-th row, written at this time, with whatever is to lie in it besides. */
  row(n: number, atMs: number, more?: Readonly<Record<string, unknown>>): string;
  /** The same with an open value in it, where the system allows any. */
  rowHolding(n: number, atMs: number, value: unknown): string;
  /** The same with a word of another day, where the system has words. */
  unknownWord?: { readonly row: (n: number, atMs: number) => string; readonly drift: string };
  /** What is posted to us in the system's name and is written to it. Of every system that can be written to. */
  readonly posted?: string;
  /** @param nowMs the system's clock. */
  start(nowMs?: () => number): Promise<EmulatedSource>;
}

/** The system emulated, empty, and how one connects to it. Pages are small, so that a few rows make many. */
export interface EmulatedSource {
  readonly emulator: Emulator;
  readonly rows: EmulatedRows;
  readonly settings: { readonly [name: string]: string | number | readonly string[] };
  readonly secrets: Readonly<Record<string, string>>;
  /** Credentials that the system does not accept; none where it has no credentials. */
  readonly wrongSecrets?: Readonly<Record<string, string>>;
}
