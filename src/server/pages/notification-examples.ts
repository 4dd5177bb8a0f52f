import type { Example } from './example.js';

/** Of what concerns whoever the credential belongs to; in the demo that is Dana. */
export const notificationExamples: readonly Example[] = [
  {
    title: 'Notifications',
    query: `# Notifications: What others did that concerns you,
# and why: you made it, changed it, follow it, or it
# is about you. The demo's key belongs to Dana.
#
# The list, each \`unread\` and \`unreadCount\` are of
# one place in the log: \`asOf\`.
query Notifications($filter: NotificationFilter) {
  notifications(filter: $filter, first: 20) {
    unreadCount
    asOf
    bookmarkedAt
    nodes {
      unread
      reasons
      action
      count
      occurredAt
      source
      user {
        name
      }
      activityLog {
        summary
        object {
          type
          name
        }
      }
    }
  }
}
`,
    variables: { filter: { unread: true } },
  },
  {
    title: 'Notifications, live',
    query: `# Notifications, live: New ones, those that grow or
# go, and what is read, also on another device, each
# time with the count as of \`cursor\`.
#
# Follow from the \`asOf\` of a list, and nothing is
# missed between the two. To read all, run
# mutation { bookmarkNotifications(through: "…") {
#   unreadCount } } with a \`cursor\`.
subscription NotificationsLive($after: FeedCursor) {
  notificationReceived(after: $after) {
    cursor
    unreadCount
    readChanged
    removedIds
    notifications {
      id
      unread
      reasons
      action
      count
      user {
        name
      }
      activityLog {
        summary
      }
    }
  }
}
`,
    variables: { after: null },
  },
];
