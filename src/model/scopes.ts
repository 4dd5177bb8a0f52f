/** What a credential may be given. `:own` narrows to the entries, enrolments and drafts of the credential's user. */
export const scopes = [
  'activity_log:read',
  'activity_log:write',
  'activity_log:read:own',
  'activity_log:write:own',
  'user:read',
  'user:write',
  'pathway:read',
  'pathway:write',
  'pathway:read:own',
  'notification:read',
  'notification:write',
  'source:read',
  'source:write',
  'webhooks',
  '*',
] as const;
export type Scope = (typeof scopes)[number];

const apiRead: readonly Scope[] = ['activity_log:read', 'user:read', 'pathway:read', 'notification:read'];
const apiWrite: readonly Scope[] = ['activity_log:write', 'user:write', 'pathway:write', 'notification:write'];

/** Thrive's names for groups of scopes; each side's own documentation uses them. */
export const scopeGroups: ReadonlyMap<string, readonly Scope[]> = new Map<string, readonly Scope[]>([
  ['api/read', apiRead],
  ['api/write', apiWrite],
  ['api/webhooks', ['webhooks']],
  ['api/all', [...apiRead, ...apiWrite, 'webhooks']],
]);

/** The scopes that a list of names stands for, in our own names and each once; undefined where one is unknown. */
export function expandScopes(names: readonly string[]): Scope[] | undefined {
  const expanded = new Set<Scope>();
  for (const name of names) {
    const known = scopeGroups.get(name) ?? ((scopes as readonly string[]).includes(name) ? [name as Scope] : undefined);
    if (!known) return undefined;
    for (const scope of known) expanded.add(scope);
  }
  return [...expanded];
}
