import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Durability } from '../log/durability.js';
import type { LogWriter } from '../log/writer.js';
import type { EntryDraft } from '../model/log-record.js';
import type { UnscopedStore } from '../store/unscoped.js';
import { draftOfLine } from './activity-log-import/read-line.js';

export interface ImportParts {
  readonly writer: LogWriter;
  readonly durability: Pick<Durability, 'read'>;
  readonly unscoped: Pick<UnscopedStore, 'workspacesOfEntries'>;
}

/** What became of lines so far. */
export interface ImportCounts {
  readonly lines: number;
  readonly recorded: number;
  /** Recorded before, or removed since. */
  readonly known: number;
  readonly wrong: number;
}

export interface ImportReport {
  /** Called for each line that could not be taken, with what is wrong with it. Numbers begin at 1. */
  wrong(line: number, message: string): void;
  /** Called after each batch, once its entries are durable. */
  progress(counts: ImportCounts): void;
}

interface ReadLine {
  readonly number: number;
  readonly draft: EntryDraft;
}

const batchLines = 500;
const batchCharacters = 8 * 1024 * 1024;

/**
 * Takes the lines of an export into a workspace's log. Entries keep their ids, so what is there already is left as it is:
 * an import may be run again, also one that was killed half way. One at a time in a workspace: two would race for ids.
 */
export class ActivityLogImport {
  constructor(private readonly parts: ImportParts) {}

  /** @throws CodedError SERVICE_UNAVAILABLE where the store does not answer; what was reported by then is durable. */
  async run(workspaceId: Id, lines: AsyncIterable<string>, report: ImportReport): Promise<ImportCounts> {
    let counts: ImportCounts = { lines: 0, recorded: 0, known: 0, wrong: 0 };
    let batch: ReadLine[] = [];
    let characters = 0;
    const wrong = (number: number, error: unknown): void => {
      if (!(error instanceof CodedError)) throw error;
      counts = { ...counts, wrong: counts.wrong + 1 };
      report.wrong(number, error.message);
    };
    const flush = async (): Promise<void> => {
      for (const { number, outcome } of await this.#record(workspaceId, batch)) {
        if (typeof outcome === 'string') counts = { ...counts, [outcome]: counts[outcome] + 1 };
        else wrong(number, outcome);
      }
      [batch, characters] = [[], 0];
      report.progress(counts);
    };
    for await (const line of lines) {
      counts = { ...counts, lines: counts.lines + 1 };
      if (line.trim() === '') continue;
      try {
        batch.push({ number: counts.lines, draft: draftOfLine(line) });
      } catch (error) {
        wrong(counts.lines, error);
        continue;
      }
      characters += line.length;
      if (batch.length >= batchLines || characters >= batchCharacters) await flush();
    }
    await flush();
    return counts;
  }

  async #record(workspaceId: Id, batch: readonly ReadLine[]) {
    if (batch.length === 0) return [];
    const holders = await this.#holders(workspaceId, batch);
    const results: { number: number; outcome: 'recorded' | 'known' | CodedError }[] = [];
    const fresh = new Map<Id, ReadLine>();
    for (const line of batch) {
      const { id } = line.draft;
      const holder = fresh.has(id) ? workspaceId : holders.get(id);
      if (holder === undefined) fresh.set(id, line);
      else results.push({ number: line.number, outcome: holder === workspaceId ? 'known' : taken(id) });
    }
    const written = [...fresh.values()];
    const settled = await this.parts.writer.appendEach(
      workspaceId,
      written.map(({ draft }) => draft),
    );
    for (const [index, result] of settled.entries()) {
      if (result.status === 'rejected') throw result.reason;
      const { number } = written[index]!;
      const { outcome, id } = result.value;
      if (outcome === 'CONFLICT') results.push({ number, outcome: otherContent(id) });
      else results.push({ number, outcome: outcome === 'RECORDED' ? 'recorded' : 'known' });
    }
    return results;
  }

  /** Which workspaces have entries of these ids, for good: nothing counts as known that a kill could still take back. */
  async #holders(workspaceId: Id, batch: readonly ReadLine[]): Promise<ReadonlyMap<Id, Id>> {
    const look = () => this.parts.unscoped.workspacesOfEntries(batch.map(({ draft }) => draft.id));
    for (;;) {
      const sure = await this.parts.durability.read(workspaceId, look, () => 0);
      if (sure) return sure.result;
    }
  }
}

const taken = (id: Id): CodedError =>
  new CodedError('CONFLICT', `id: ${id} is taken by something that is not in this workspace`, 'id');
const otherContent = (id: Id): CodedError =>
  new CodedError('CONFLICT', `origin.key: entry ${id} has this key and other content`, 'origin.key');
