import { type Id, newId } from '../../../src/base/ids.js';
import type { ActionClass, Outcome } from '../../../src/model/activity-log.js';
import { activityRef, emailIdentity } from '../../../src/model/identity.js';
import type { EntryDraft } from '../../../src/model/log-record.js';
import type { SourceSystem } from '../../../src/model/source-system.js';

/** Of each field's values the first stands in every fourth entry, the second in one of 500, the third in twenty of the whole log. */
export const [common, rare, few] = [0, 1, 2] as const;
const fewCount = 20;
const [commonShare, rareShare] = [0.25, 0.002];

export const sources: readonly SourceSystem[] = ['THRIVE', 'FALKOR', 'TIKMATRIX', 'AWORLD', 'POSTHOG', 'GATEWAY'];
export const actions: readonly (readonly [string, ActionClass])[] = [
  ['viewed', 'VIEWED'],
  ['exported', 'EXPORTED'],
  ['signed-in', 'AUTH'],
  ['completed', 'COMPLETED'],
  ['progressed', 'PROGRESSED'],
  ['passed', 'PASSED'],
  ['started', 'STARTED'],
  ['searched', 'SEARCH'],
  ['updated', 'UPDATED'],
  ['created', 'CREATED'],
  ['commented', 'SOCIAL'],
];
export const objectTypes = ['content', 'badge', 'relic', 'course', 'video', 'page'];
export const platforms = ['android', 'kiosk', 'watch', 'ios', 'web'];
export const words = ['spring', 'quartz', 'zephyr', ...Array.from({ length: 2_000 }, (_, n) => `word${n}`)];
/** Stands in every fourth entry, too, whatever the first word is. */
export const otherWords = ['autumn', 'basalt', 'mistral', ...Array.from({ length: 2_000 }, (_, n) => `term${n}`)];
const outcomes: readonly (Outcome | undefined)[] = ['SUCCESS', 'FAILURE', undefined];
export const [objectCount, serialCount, tagCount] = [5_000, 200, 300];
export const [userCount, activityCount, pathwayCount] = [2_000, 200, 40];

export const objectId = (which: number): string => `object-${which}`;
export const serial = (which: number): string => `device-${which}`;
export const tag = (which: number): string => `tag-${which}`;
export const nativeId = (n: number): string => `native-${n}`;
export const userEmail = (which: number): string => `person${which}@example.com`;

/** Whom and what entries name. */
export interface Named {
  readonly activityIds: readonly Id[];
  readonly pathwayIds: readonly Id[];
}

const isChange = (actionClass: ActionClass): boolean =>
  ['EXPORTED', 'UPDATED', 'CREATED', 'SOCIAL'].includes(actionClass);

const perEntryMicros = 20_000_000;

/** One entry every 20 seconds up to some hours ago, so that a longer log is an older one; a few minutes out of order. */
export const occurredMicros = (n: number, total: number): number =>
  startMicros - (total - n) * perEntryMicros - (scattered(n, 0) % 300) * 1_000_000;
const startMicros = (Date.now() - 24 * 3_600_000) * 1000;

/** The n-th of a log of so many; what is appended later has the numbers above. Random, but the same in every run. */
export function scaleDraft(n: number, total: number, { activityIds, pathwayIds }: Named): EntryDraft {
  let field = 0;
  const which = (count: number): number => {
    field += 1;
    return valueAt(n, total, field, count);
  };
  const user = which(userCount);
  const source = sources[which(sources.length)]!;
  const [action, actionClass] = actions[which(actions.length)]!;
  const [activity, pathway] = [which(activityCount), which(3 * pathwayCount)];
  const objectType = objectTypes[which(objectTypes.length)]!;
  // What everybody looks at is not what everybody changes: each change would concern all who changed it before.
  const object = isChange(actionClass) ? few + 1 + (n % (objectCount - few - 1)) : which(objectCount);
  const [device, onDevice] = [which(serialCount), n % 3 === 0];
  const [word, other] = [words[which(words.length)]!, otherWords[which(otherWords.length)]!];
  const outcome = outcomes[which(outcomes.length + 1)];
  const name = `Person Number ${user}`;
  return {
    kind: 'entry',
    id: newId(),
    nativeKey: nativeId(n),
    contentHash: 'ab'.repeat(32),
    entry: {
      source,
      connectionId: 'scale',
      nativeId: nativeId(n),
      action,
      actionClass,
      occurredAtMicros: occurredMicros(n, total),
      actor: { kind: 'USER', key: emailIdentity(userEmail(user)), email: userEmail(user), name },
      object: { type: objectType, id: objectId(object), name: `Health and Safety ${object}` },
      activityRef: activityRef(activityIds[activity]!),
      ...(pathway < pathwayCount && { pathwayId: pathwayIds[pathway]! }),
      platform: platforms[which(platforms.length)]!,
      ...((onDevice || device <= few) && { serial: serial(device) }),
      summary: `${name} ${action} ${word} and ${other}`,
      ...(outcome && { outcome }),
      value: n % 100,
      ...(actionClass === 'PROGRESSED' && { progress: { percent: n % 101 } }),
      tags: [tag(which(tagCount))],
      additionalData: '{"source":{"source":"feed"},"duration":"3600"}',
      native: `{"id":"${nativeId(n)}","user":"${user}","type":"${action}","date":"2026-02-12T14:58:23.621Z","contextType":"content","data":{"duration":"3600"},"with":null}`,
    },
  };
}

/** Which of a field's values an entry has. */
function valueAt(n: number, total: number, field: number, count: number): number {
  const apart = Math.floor(total / fewCount);
  if (n < apart * fewCount && n % apart === (field * 37) % apart) return few;
  const place = scattered(n, field) / 2 ** 32;
  if (place < rareShare) return rare;
  if (place < rareShare + commonShare) return common;
  return few + 1 + Math.floor(((place - rareShare - commonShare) / (1 - rareShare - commonShare)) * (count - few - 1));
}

/** A number below 2^32 that two others give, evenly scattered (the finalizer of MurmurHash3). */
function scattered(n: number, field: number): number {
  let hash = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(field + 1, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
