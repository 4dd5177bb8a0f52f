import type { Id } from '../../../src/base/ids.js';
import type { ActionClass, Outcome } from '../../../src/model/activity-log.js';
import { activityRef, emailIdentity, userIdentity } from '../../../src/model/identity.js';
import type { EntryDraft } from '../../../src/model/log-record.js';
import { type DemoEntry, type Scene, sha256 } from './scene.js';

/** The owner of what the demo enters as a caller of the gateway's own API. */
const owner = 'client:demo-data';

interface Template {
  readonly action: string;
  readonly actionClass: ActionClass;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly activityKey?: string;
  readonly outcomes?: readonly Outcome[];
  /** Names somebody, whom it then concerns. */
  readonly mentions?: true;
}

const templates: readonly Template[] = [
  {
    action: 'completed',
    actionClass: 'COMPLETED',
    summary: 'Walked the store before opening',
    tags: ['store', 'checklist'],
    activityKey: 'store-opening-check',
    outcomes: ['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILURE'],
  },
  {
    action: 'completed',
    actionClass: 'COMPLETED',
    summary: 'Started the shift together',
    tags: ['team'],
    activityKey: 'team-huddle',
  },
  {
    action: 'gave-kudos',
    actionClass: 'OTHER',
    summary: 'Thanked a colleague for a great week',
    tags: ['team', 'kudos'],
    mentions: true,
  },
  { action: 'exported-report', actionClass: 'EXPORTED', summary: 'Exported the weekly report', tags: ['report'] },
];

/** Somebody's own program wrote an entry through our API. There is no outside row behind it. */
export function gatewayEntry({ cast, chance, atMs, key }: Scene): DemoEntry {
  const { activityKey, outcomes, mentions, ...template } = chance.pick(templates);
  const person = chance.pickUneven(cast.people);
  const userId = cast.userIds.get(person.email);
  const activityId = activityKey === undefined ? undefined : cast.activityIds.get(activityKey);
  return ownEntry(key, {
    ...template,
    occurredAtMicros: atMs * 1000,
    actor: {
      kind: 'USER',
      key: userId === undefined ? emailIdentity(person.email) : userIdentity(userId),
      email: person.email,
      name: person.name,
    },
    activityRef: activityId === undefined ? undefined : activityRef(activityId),
    outcome: outcomes && chance.pick(outcomes),
    additionalData: mentions && mentioned(cast.userIds.get(chance.pickUneven(cast.people).email)),
  });
}

const mentioned = (userId: Id | undefined): string | undefined =>
  userId === undefined ? undefined : JSON.stringify({ mentions: [userId] });

/** The last entry of the demo's history: once it is there, everything before it is. */
export const lastEntryKey = { source: 'GATEWAY', connectionId: owner, nativeKey: 'demo-history-complete' } as const;

export const lastEntry = (atMs: number, count: number): DemoEntry =>
  ownEntry(lastEntryKey.nativeKey, {
    action: 'prepared-demo',
    actionClass: 'OTHER',
    occurredAtMicros: atMs * 1000,
    actor: { kind: 'CLIENT', name: 'demo' },
    object: { type: 'workspace', name: 'demo' },
    summary: `Prepared the demo: ${count.toLocaleString('en')} entries of 90 days`,
    tags: ['demo'],
  });

const ownEntry = (nativeKey: string, entry: Omit<EntryDraft['entry'], 'source' | 'connectionId'>): DemoEntry => ({
  kind: 'entry',
  nativeKey,
  contentHash: sha256(JSON.stringify(entry)),
  entry: { ...entry, source: 'GATEWAY', connectionId: owner },
});
