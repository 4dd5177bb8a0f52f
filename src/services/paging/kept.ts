import type { Clock } from '../../base/clock.js';
import type { LogStateReader } from '../../log/writer.js';
import type { LogWindow } from '../../store/activity-log-query.js';

export interface KeptParts {
  readonly states: LogStateReader;
  readonly clock: Clock;
}

/**
 * A read of the log that lacks nothing which retention kept. One that ended while the look before it was good needs no
 * other, which spares most reads a call. After any other it is looked again: what was read while it erased may lack
 * entries, and is read again from where the log begins now.
 */
export async function readKept<T>(
  { states, clock }: KeptParts,
  window: LogWindow,
  look: (window: LogWindow) => Promise<T>,
): Promise<{ readonly seen: T; readonly window: LogWindow }> {
  for (let now = window; ; ) {
    const seen = await look(now);
    if (clock.monotonicMs() < (now.keptUntilMs ?? 0)) return { seen, window: now };
    const { firstSeq } = (await states.read(now.workspaceId)) ?? now;
    if (firstSeq <= now.firstSeq) return { seen, window: now };
    now = { ...now, firstSeq, keptUntilMs: undefined };
  }
}
