import { sourceName } from './sources.js';

/** What the bell asks for of a notification, and is told of one. */
export interface Notification {
  readonly id: string;
  readonly source: string;
  readonly action: string;
  readonly reasons: readonly string[];
  readonly count: number;
  readonly occurredAt: string;
  readonly unread: boolean;
  readonly object: { readonly type: string; readonly id: string | null } | null;
  readonly user: { readonly name: string } | null;
  readonly activity: { readonly name: string } | null;
  readonly pathway: { readonly name: string } | null;
  readonly activityLog: {
    readonly summary: string | null;
    readonly actor: { readonly name: string | null; readonly username: string | null };
    readonly object: { readonly name: string | null } | null;
    readonly activity: { readonly name: string } | null;
  } | null;
}

export interface NotificationEvent {
  readonly cursor: string;
  readonly unreadCount: number;
  readonly notifications: readonly Notification[];
  readonly removedIds: readonly string[];
  readonly readChanged: boolean;
  readonly isComplete: boolean;
}

export interface NotificationsAnswer {
  readonly notifications: {
    readonly nodes: readonly Notification[];
    readonly pageInfo: { readonly hasNextPage: boolean };
    readonly unreadCount: number;
    readonly asOf: string;
  };
}

const fields = `
  id source action reasons count occurredAt unread
  object { type id }
  user { name }
  activity { name }
  pathway { name }
  activityLog { summary actor { name username } object { name } activity { name } }`;

export const listDocument = `query Bell($first: Int, $atLeast: FeedCursor) {
  notifications(first: $first, atLeast: $atLeast) { nodes { ${fields} } pageInfo { hasNextPage } unreadCount asOf }
}`;

export const bellDocument = `subscription Bell($after: FeedCursor) {
  notificationReceived(after: $after) {
    cursor unreadCount notifications { ${fields} } removedIds readChanged isComplete
  }
}`;

export const markReadDocument = `mutation MarkRead($id: ObjectID!) { markNotificationRead(id: $id) { unreadCount } }`;
export const markUnreadDocument = `mutation MarkUnread($id: ObjectID!) { markNotificationUnread(id: $id) { unreadCount } }`;
export const markAllDocument = `mutation MarkAll($through: FeedCursor) {
  bookmarkNotifications(through: $through) { unreadCount }
}`;

const reasonTexts: Readonly<Record<string, string>> = {
  CREATOR: 'you made it',
  EDITOR: 'you changed it',
  SUBJECT: 'about you',
  FOLLOWING: 'you follow it',
};

export const reasonText = ({ reasons }: Notification): string =>
  reasons.map((reason) => reasonTexts[reason] ?? reason.toLowerCase()).join(', ');

/** Who did what to what, as people read it. */
export function tellingOf({ source, action, user, activity, pathway, object, activityLog }: Notification): {
  readonly who: string;
  readonly what: string;
} {
  const actor = activityLog?.actor;
  const thing =
    activityLog?.object?.name ?? activity?.name ?? activityLog?.activity?.name ?? pathway?.name ?? object?.type ?? '';
  if (!activityLog && action === 'enrolled') return { who: 'You', what: `were enrolled on ${thing}` };
  // An entry of no user is nobody's deed: its source tells it.
  const who = user?.name ?? actor?.name ?? actor?.username ?? sourceName(source);
  return { who, what: activityLog?.summary ?? `${action} ${thing}`.trim() };
}
