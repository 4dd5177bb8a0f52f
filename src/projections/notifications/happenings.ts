import type { Id } from '../../base/ids.js';
import { type Happening, happeningOf } from '../../model/concern.js';
import type { Enrolment } from '../../model/enrolment.js';
import { userIdentity } from '../../model/identity.js';
import type { LogRecord } from '../../model/log-record.js';
import { type Run, runMicros } from '../../model/notification.js';
import { runOf } from '../../model/notification-key.js';
import { decodeChange, type NounState } from '../../model/noun-change.js';

/** What a record tells of, and the run that it is part of. */
export interface Told {
  readonly happening: Happening;
  readonly run: Run;
}

/** Undefined for records that are about nobody. */
export function toldBy(record: LogRecord): Told | undefined {
  if (record.kind === 'entry') return record.entry && toldOf(happeningOf(record.entry));
  if (record.kind !== 'control' || record.control.noun !== 'enrolment') return undefined;
  const { change, payload } = record.control;
  if (change !== 'enrolled' || payload === undefined) return undefined;
  return enrolmentTold(record.id, record.seq, payload);
}

const toldOf = (happening: Happening): Told => {
  const { object, ...fields } = happening;
  return { happening, run: runOf({ ...fields, objectType: object?.type, objectId: object?.id }) };
};

/** Those who are new on a pathway; who was there and has other groups now is not. */
function enrolmentTold(id: Id, seq: number, payload: string): Told | undefined {
  const { set, at, by } = decodeChange<NounState<Enrolment>>(payload);
  const fresh = set.filter(({ enrolledAt, withdrawnAt }) => !withdrawnAt && enrolledAt.getTime() === at.getTime());
  if (fresh.length === 0) return undefined;
  const { pathwayId } = fresh[0]!;
  const happening: Happening = {
    id,
    seq,
    source: 'GATEWAY',
    connectionId: '',
    action: 'enrolled',
    actionClass: 'OTHER',
    occurredAtMicros: at.getTime() * 1000,
    pathwayId,
    subjects: fresh.map(({ userId }) => userId),
    ...(by !== undefined && { actorKey: userIdentity(by) }),
  };
  const fromMicros = Math.floor(happening.occurredAtMicros / runMicros) * runMicros;
  return {
    happening,
    run: {
      item: { source: 'GATEWAY', pathwayId, isEnrolment: true },
      action: happening.action,
      ...(happening.actorKey !== undefined && { actorKey: happening.actorKey }),
      fromMicros,
    },
  };
}
