import { z } from 'zod';
import { isoOf } from '../../base/instants.js';
import type { UpstreamWrite, Writer } from '../../ingest/connector.js';
import type { UpstreamAnswer } from '../../ingest/upstream.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';
import { saidFields } from '../native-fields.js';
import { type AWorldSettings, call, isHeaderValue, path } from './api.js';

/**
 * Creates activity logs. The log's id is ours and the same at every try, so that AWorld itself refuses a second one for
 * good; the idempotency key, good for five minutes, has tries that meet answered alike. Nothing can be removed there.
 */
export const aworldWriter: Writer<AWorldSettings> = {
  create: async (session, write) => {
    const activityLogId = write.nativeId ?? write.entryId;
    const { userId, ...body } = toBody(write, activityLogId);
    const answer = await call(session, {
      method: 'POST',
      path,
      headers: {
        'x-idempotency-key': write.entryId,
        ...(typeof userId === 'string' && session.secrets.clientSecret !== undefined && userHeader(userId)),
      },
      json: { ...body, userId },
      accept: [409],
    });
    if (answer.status === 409) checkTaken(answer, write);
    else checkCreated(answer, activityLogId);
    return { upstreamId: activityLogId };
  },
};

/** A machine client names the user here, too. @throws UpstreamError REFUSED for an id that no header can carry. */
function userHeader(userId: string): Record<string, string> {
  if (isHeaderValue(userId)) return { 'x-user-id': userId };
  const message =
    'The user id cannot be sent as a header, in which AWorld wants it; an access token of the user needs none';
  throw new UpstreamError('REFUSED', message);
}

/** What was said, under our id, and with the time that it has here: at AWorld it would be that of the try. */
function toBody({ native, userId, occurredAtMicros }: UpstreamWrite, activityLogId: string): Record<string, unknown> {
  const said = saidFields(native);
  return {
    ...said,
    userId: said.userId ?? userId,
    activityLogId,
    completedAt: said.completedAt ?? isoOf(Math.floor(occurredAtMicros / 1000) * 1000),
  };
}

const older = z.looseObject({ error: z.looseObject({ code: z.string() }) });
const newer = z.looseObject({ code: z.string() });

/** Ours, if it was sent before: then it is there. @throws UpstreamError REFUSED for an id that somebody else took. */
function checkTaken(answer: UpstreamAnswer, { isRepeat }: UpstreamWrite): void {
  if (isRepeat && codeOf(answer) !== 'resource/conflict') return;
  throw new UpstreamError('REFUSED', 'The source has another log under this id (409)', { status: 409 });
}

/** From either of the two error bodies that AWorld documents. */
function codeOf(answer: UpstreamAnswer): string | undefined {
  const body = answer.json();
  return older.safeParse(body).data?.error.code ?? newer.safeParse(body).data?.code;
}

/** Documented to answer the log, or the activity's definition. */
const created = z.union([
  z.looseObject({ activityLogId: z.string() }),
  z.looseObject({ activityId: z.string(), name: z.string(), origin: z.string() }),
]);

function checkCreated(answer: UpstreamAnswer, activityLogId: string): void {
  const parsed = created.safeParse(answer.json());
  const said = parsed.success && 'activityLogId' in parsed.data ? parsed.data.activityLogId : activityLogId;
  if (!parsed.success || said !== activityLogId)
    throw malformed('The source answered neither the log nor its activity');
}
