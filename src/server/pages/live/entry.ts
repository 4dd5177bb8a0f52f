/** What the page asks for of an entry, and is told of one. */
export interface Entry {
  readonly id: string;
  readonly source: string;
  readonly action: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly summary: string | null;
  readonly platform: string | null;
  readonly tags: readonly string[];
  readonly actor: { readonly name: string | null; readonly username: string | null; readonly email: string | null };
  readonly object: { readonly type: string; readonly name: string | null } | null;
  readonly activity: { readonly name: string } | null;
  readonly user: { readonly name: string } | null;
}

export interface LoggedEvent {
  readonly type: 'RECORDED' | 'REMOVED';
  readonly cursor: string;
  readonly activityLogId: string;
  readonly activityLog: Entry | null;
}

export interface Filter {
  readonly sources?: readonly string[];
  readonly search?: string;
}

const entryFields = `
  id source action occurredAt recordedAt summary platform tags
  actor { name username email }
  object { type name }
  activity { name }
  user { name }`;

export const followDocument = `subscription Live($filter: ActivityLogFilter, $after: FeedCursor) {
  activityLogged(filter: $filter, after: $after) { type cursor activityLogId activityLog { ${entryFields} } }
}`;

export const newestDocument = `query Newest($filter: ActivityLogFilter, $first: Int) {
  activityLogs(filter: $filter, orderBy: RECORDED_DESC, first: $first) { nodes { ${entryFields} } feedCursor }
}`;

export const idsDocument = `query Ids($filter: ActivityLogFilter, $first: Int, $after: PageCursor) {
  activityLogs(filter: $filter, orderBy: RECORDED_DESC, first: $first, after: $after) {
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`;

export interface NewestAnswer {
  readonly activityLogs: { readonly nodes: readonly Entry[]; readonly feedCursor: string };
}

export interface IdsAnswer {
  readonly activityLogs: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** Whom an entry is about, as well as is known. */
export const whoOf = ({ user, actor }: Entry): string | undefined =>
  user?.name ?? actor.name ?? actor.username ?? actor.email ?? undefined;
