import type { ActionClass, Actor } from '../../../src/model/activity-log.js';
import type { Chance } from '../chance.js';
import { identityIn, type Person } from '../people.js';
import { type DemoEntry, type Scene, sourceEntry } from './scene.js';

const organization = '7c60d51f-b44e-4682-87d6-449835ea4de6';

interface Item {
  readonly scope: 'Insight' | 'FeatureFlag' | 'Dashboard' | 'Cohort' | 'Notebook';
  readonly item_id: string;
  readonly name: string;
  readonly short_id: string | null;
  /** Whose it is, by place in the cast. */
  readonly owner: number;
}

const item = (
  scope: Item['scope'],
  item_id: string,
  name: string,
  owner: number,
  short_id: string | null = null,
): Item => ({ scope, item_id, name, short_id, owner });

/** The first of the cast, whom the demo's API key belongs to: what others do with what is hers concerns her. */
const dana = 0;

const items: readonly Item[] = [
  item('Insight', '4101', 'Weekly active learners', dana, 'hK2pQx8a'),
  item('Insight', '4102', 'Sign-up funnel', dana, 'bT7uWn3e'),
  item('Insight', '4103', 'Checkout retention', 3, 'yR5vLc1z'),
  item('Insight', '4104', 'Bike to work by city', dana, 'mD9sJf4o'),
  item('FeatureFlag', '311', 'new-onboarding', dana),
  item('FeatureFlag', '312', 'store-checklist-v2', 2),
  item('FeatureFlag', '313', 'dark-mode', 5),
  item('Dashboard', '77', 'Sustainability at a glance', dana),
  item('Dashboard', '78', 'Store operations', 4),
  item('Cohort', '19', 'Champions', 1),
  item('Notebook', '018e2f5a-aad7-0000-7d3b-4e1f3b6c1a02', 'Why lunches went green', dana, 'nB3xVq7k'),
];

const classes = { created: 'CREATED', updated: 'UPDATED', deleted: 'DELETED', exported: 'EXPORTED' } as const;
type Verb = keyof typeof classes;

interface Change {
  readonly type: Item['scope'];
  readonly action: 'changed' | 'created' | 'deleted' | 'exported';
  readonly field?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Somebody on the product team changed something. */
export function posthogEntry({ cast, chance, atMs }: Scene): DemoEntry {
  const verb = chance.weighted<Verb>({ updated: 62, created: 24, deleted: 6, exported: 8 });
  const subject = chance.pick(items);
  const draw = chance.next();
  const other = draw < 0.94 ? chance.pickUneven(cast.people.slice(0, 16)) : undefined;
  // An item is created by whose it is.
  const person = verb === 'created' ? cast.people[subject.owner] : other;
  const isSystem = person === undefined && draw >= 0.97;
  const micros = chance.between(0, 999);
  const changes = changesOf(verb, subject, chance);
  const detail = { name: subject.name, short_id: subject.short_id, type: null, trigger: null, changes };
  const row = {
    id: chance.uuid(),
    user: person ? userOf(person) : null,
    unread: false,
    organization_id: organization,
    was_impersonated: false,
    is_system: isSystem,
    activity: verb,
    item_id: subject.item_id,
    scope: subject.scope,
    detail,
    created_at: new Date(atMs).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`),
  };
  return sourceEntry('POSTHOG', row, {
    nativeKey: row.id,
    nativeId: row.id,
    occurredAtMicros: atMs * 1000 + micros,
    action: verb,
    actionClass: classes[verb] satisfies ActionClass,
    actor: actorOf(person, isSystem),
    object: { type: subject.scope, id: subject.item_id, name: subject.name },
    summary: summaryOf(verb, subject, changes),
    additionalData: JSON.stringify(detail),
    changes: JSON.stringify(changes),
  });
}

const userOf = (person: Person) => ({
  id: person.posthog.id,
  uuid: person.posthog.uuid,
  distinct_id: person.posthog.distinctId,
  first_name: person.firstName,
  last_name: person.lastName,
  email: person.email,
  is_email_verified: true,
  hedgehog_config: null,
});

/** Without a user it was the system, or somebody who was deleted since. */
function actorOf(person: Person | undefined, isSystem: boolean): Actor {
  if (!person) return { kind: isSystem ? 'SYSTEM' : 'UNKNOWN' };
  const nativeId = String(person.posthog.id);
  return { kind: 'USER', key: identityIn('POSTHOG', nativeId), nativeId, email: person.email, name: person.name };
}

function changesOf(verb: Verb, { scope: type, name }: Item, chance: Chance): Change[] {
  switch (verb) {
    case 'created':
      return [{ type, action: 'created', field: 'name', after: name }];
    case 'deleted':
      return [{ type, action: 'changed', field: 'deleted', before: false, after: true }];
    case 'exported':
      return [{ type, action: 'exported', field: 'export', after: chance.pick(['image/png', 'text/csv']) }];
    case 'updated':
      return [updateOf(type, name, chance)];
  }
}

function updateOf(type: Item['scope'], name: string, chance: Chance): Change {
  if (type === 'FeatureFlag') {
    const before = chance.between(0, 8) * 10;
    const group = (rollout_percentage: number) => ({ groups: [{ properties: [], rollout_percentage }] });
    const after = Math.min(100, before + chance.between(1, 3) * 10);
    return { type, action: 'changed', field: 'filters', before: group(before), after: group(after) };
  }
  if (type === 'Insight' && chance.odds(0.6)) {
    const range = (date_from: string) => ({ kind: 'TrendsQuery', dateRange: { date_from }, $breakdown: null });
    return {
      type,
      action: 'changed',
      field: 'query',
      before: range('-7d'),
      after: range(chance.pick(['-30d', '-90d'])),
    };
  }
  if (chance.odds(0.5)) {
    return { type, action: 'changed', field: 'tags', before: [], after: [chance.pick(['weekly', 'board', 'draft'])] };
  }
  return { type, action: 'changed', field: 'name', before: `${name} (old)`, after: name };
}

function summaryOf(verb: Verb, { scope, name }: Item, [change]: readonly Change[]): string {
  const what = `${scope === 'FeatureFlag' ? 'feature flag' : scope.toLowerCase()} ${name}`;
  return verb === 'updated' ? `updated ${change!.field} of ${what}` : `${verb} ${what}`;
}
