import type { Id } from '../base/ids.js';
import type { Appended, LogDraft } from '../model/log-record.js';
import type { SourceSystem } from '../model/source-system.js';

/** The log as services write it. What it answers is durable. */
export interface LogWriter {
  append(workspaceId: Id, draft: LogDraft): Promise<Appended>;
  /** One result per draft, in order; a draft whose outcome is unknown is a rejected one. */
  appendEach(workspaceId: Id, drafts: readonly LogDraft[]): Promise<PromiseSettledResult<Appended>[]>;
}

export interface LogRemover {
  /** Takes an entry out of the log; undefined where no such entry lives. */
  remove(workspaceId: Id, entryId: Id): Promise<{ readonly seq: number } | undefined>;
  /** Takes out what of these still lives. `seq` is the highest number of their removals, 0 for none. */
  removeMany(
    workspaceId: Id,
    entryIds: readonly Id[],
  ): Promise<{ readonly seq: number; readonly removedIds: readonly Id[] }>;
  /** Takes out everything of a source that is in the log now: hidden at once, removed one by one later. */
  removeSource(workspaceId: Id, source: SourceSystem): Promise<{ readonly seq: number }>;
}

/** What a workspace's counter says, whatever this process has read so far. */
export interface LogStateReader {
  /** `seq` is the highest number given out, `firstSeq` the lowest that retention kept. Undefined for no such workspace. */
  read(
    workspaceId: Id,
  ): Promise<{ readonly epoch: number; readonly seq: number; readonly firstSeq: number } | undefined>;
}
