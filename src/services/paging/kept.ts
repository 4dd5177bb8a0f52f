import type { LogStateReader } from '../../log/writer.js';
import type { LogWindow } from '../../store/activity-log-query.js';

/**
 * A read of the log, with a look at what retention keeps after it: what was read while it erased may lack entries, and is
 * read again from where the log begins now.
 */
export async function readKept<T>(
  states: LogStateReader,
  window: LogWindow,
  look: (window: LogWindow) => Promise<T>,
): Promise<{ readonly seen: T; readonly window: LogWindow }> {
  for (let now = window; ; ) {
    const seen = await look(now);
    const { firstSeq } = (await states.read(now.workspaceId)) ?? now;
    if (firstSeq <= now.firstSeq) return { seen, window: now };
    now = { ...now, firstSeq };
  }
}
