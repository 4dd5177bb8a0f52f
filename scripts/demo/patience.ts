import { type Id, newId } from '../../src/base/ids.js';
import { sleep } from '../../src/base/lifecycle.js';
import type { Logger } from '../../src/base/logger.js';
import type { Recorder } from '../../src/log/recorder.js';
import type { DemoEntry } from './sources/scene.js';

export interface Writing {
  readonly recorder: Recorder;
  readonly workspaceId: Id;
  readonly logger: Logger;
}

const retryMs = 1000;

/**
 * Appends entries, again and again until the log has taken them all. They keep their ids and keys over every try, so that
 * none is doubled. Answers false if the signal aborted before that.
 */
export async function appendPatiently(
  { recorder, workspaceId, logger }: Writing,
  entries: readonly DemoEntry[],
  signal: AbortSignal,
): Promise<boolean> {
  const drafts = entries.map((entry) => ({ ...entry, id: newId() }));
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      await recorder.appendMany(workspaceId, drafts);
      if (tries > 1) logger.info('demo: the log takes entries again');
      return true;
    } catch (error) {
      // One line for the whole outage.
      if (tries === 1) logger.warn({ err: error }, 'demo: the log takes no entries now; trying until it does');
      await sleep(retryMs, signal);
    }
  }
  return false;
}
