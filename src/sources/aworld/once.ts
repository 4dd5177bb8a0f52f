import type { Clock } from '../../base/clock.js';
import { CodedError, unavailable } from '../../base/errors.js';
import { type Id, newId } from '../../base/ids.js';
import { sleep } from '../../base/lifecycle.js';
import type { Claim, IdempotencyKeys, KeptAnswer, KeyScope } from '../../store/idempotency-keys.js';

/** How long an answer is given again, in milliseconds. */
export const keepMs = 5 * 60_000;
/** How long the same request may come again after a crash kept its answer from going out, in milliseconds. */
const unansweredMs = 24 * 60 * 60_000;
/**
 * How long one try keeps others waiting, in milliseconds. It may be short: a try that is taken for dead and is not
 * meets the other one's entry under the same activityLogId, and nothing is doubled.
 */
export const lockMs = 10_000;
/** How long a repeat waits for the first one's answer before it is sent away, in milliseconds. */
const patienceMs = 30_000;

/** One try at a request: what must be the same in all of them, and its own id. */
export interface Attempt {
  readonly activityLogId: string;
  /** When the request was first seen. */
  readonly receivedAt: Date;
  /** The id of the entry that this try writes. */
  readonly entryId: Id;
  /** Whether an entry was written by a try at this same request. */
  wrote(entryId: Id): Promise<boolean>;
}

export interface OnceOptions {
  readonly keys: Pick<IdempotencyKeys, 'claim' | 'complete' | 'release' | 'attempts'>;
  readonly clock: Clock;
  readonly scope: KeyScope;
  readonly requestHash: string;
  /** Taken if this request is the first one under its key. */
  readonly activityLogId: string;
}

/**
 * The law: of all requests with one key, one is executed and all get its answer. The activityLogId is written down before
 * the entry is, so that a try after a crash finds the entry of the one before; the answer is written down after it.
 * An error is no answer: the next request with the key tries again.
 * @throws CodedError CONFLICT for a key that was used for another request; SERVICE_UNAVAILABLE when the first one stays
 * unanswered for too long; whatever `execute` throws.
 */
export async function answerOnce(
  options: OnceOptions,
  execute: (attempt: Attempt) => Promise<KeptAnswer>,
): Promise<{ readonly answer: KeptAnswer; readonly replayed: boolean }> {
  const { keys, clock, scope, requestHash, activityLogId } = options;
  for (
    let waitedMs = 0, delayMs = 10;
    waitedMs < patienceMs;
    waitedMs += delayMs, delayMs = Math.min(200, delayMs * 2)
  ) {
    const times = { now: clock.now(), lockMs, keepMs, unansweredMs };
    const claimed = await keys.claim({ ...scope, requestHash, activityLogId, attemptId: newId(), ...times });
    switch (claimed.state) {
      case 'mine':
        return { answer: await executeClaimed(options, claimed.claim, execute), replayed: false };
      case 'answered':
        return { answer: claimed.answer, replayed: true };
      case 'other':
        throw new CodedError('CONFLICT', 'This x-idempotency-key was used for another request', 'x-idempotency-key');
      case 'busy':
        await sleep(delayMs);
    }
  }
  throw unavailable(new Error('Another request with the same idempotency key has no answer yet'));
}

async function executeClaimed(
  { keys, clock }: OnceOptions,
  claim: Claim,
  execute: (attempt: Attempt) => Promise<KeptAnswer>,
): Promise<KeptAnswer> {
  const attempt: Attempt = {
    activityLogId: claim.activityLogId,
    receivedAt: claim.startedAt,
    entryId: claim.attemptId,
    wrote: async (entryId) => entryId === claim.attemptId || (await keys.attempts(claim)).includes(entryId),
  };
  try {
    const answer = await execute(attempt);
    return await keys.complete(claim, answer, new Date(clock.now().getTime() + keepMs));
  } catch (error) {
    // If even this fails, the lock ends by itself.
    await keys.release(claim, clock.now()).catch(() => {});
    throw error;
  }
}
