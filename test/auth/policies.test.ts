import { describe, expect, it } from 'vitest';
import * as policies from '../../src/auth/policies.js';
import { newId } from '../../src/base/ids.js';
import { type Scope, scopes } from '../../src/model/scopes.js';
import { viewerOf } from './support.js';

const { covers, requireScope, scopeBeyond, ...rest } = policies;
const workspaceId = newId();
const userId = newId();
const granted = (held: Scope[], user?: string): string[] =>
  Object.entries(rest)
    .flatMap(([name, policy]) => (policy(viewerOf(workspaceId, held, user)) ? [name] : []))
    .sort();

describe('policies', () => {
  const cases: [Scope[], string | undefined, string[]][] = [
    [[], userId, []],
    [['activity_log:read'], undefined, ['canReadActivities', 'canReadLogs']],
    [['activity_log:read:own'], userId, ['canReadActivities', 'canReadLogs', 'readsOwnOnly']],
    [['activity_log:read:own', 'activity_log:read'], userId, ['canReadActivities', 'canReadLogs']],
    [['activity_log:write'], undefined, ['canWriteActivities', 'canWriteLogs']],
    [['activity_log:write:own'], userId, ['canWriteLogs', 'writesOwnOnly']],
    [['user:read'], undefined, ['canReadUsers']],
    [['user:write'], undefined, ['canWriteUsers']],
    [['pathway:read'], undefined, ['canReadPathways']],
    [['pathway:read:own'], userId, ['canReadPathways', 'readsOwnPathwaysOnly']],
    [['pathway:write'], undefined, ['canWritePathways']],
    [['notification:read', 'notification:write'], userId, ['canReadNotifications', 'canWriteNotifications']],
    [['notification:read', 'notification:write'], undefined, []],
    [['source:read'], undefined, ['canReadSources']],
    [['source:write'], undefined, ['canWriteSources']],
    [['webhooks'], undefined, []],
  ];
  it.each(cases)('%j of user %s grant %j', (held, user, expected) => expect(granted(held, user)).toEqual(expected));

  it('* grants everything and narrows nothing', () => {
    const all = Object.keys(rest).filter((name) => name.startsWith('can'));
    expect(granted(['*'], userId)).toEqual(all.sort());
  });

  it('an :own scope without a user lets nothing through, and is still a narrowing', () => {
    const held: Scope[] = ['activity_log:read:own', 'activity_log:write:own', 'pathway:read:own'];
    expect(granted(held)).toEqual(['readsOwnOnly', 'readsOwnPathwaysOnly', 'writesOwnOnly']);
  });

  it('all scopes but * do not make one a manager of credentials', () => {
    expect(
      granted(
        scopes.filter((scope) => scope !== '*'),
        userId,
      ),
    ).not.toContain('canManageCredentials');
  });
});

it('FORBIDDEN names the scope', () => {
  expect(() => requireScope(true, 'user:write')).not.toThrow();
  for (const scope of scopes) {
    expect(() => requireScope(false, scope)).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining(scope) }),
    );
  }
});

it('a scope covers itself and its own narrowing, never what is wider or beside it', () => {
  for (const held of scopes) {
    for (const wanted of scopes) {
      const expected = held === '*' || held === wanted || `${held}:own` === wanted;
      expect([held, wanted, covers([held], wanted)]).toEqual([held, wanted, expected]);
    }
  }
  expect(scopeBeyond(viewerOf(workspaceId, ['user:read']), ['user:read', 'user:write'])).toBe('user:write');
});
