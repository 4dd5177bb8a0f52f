/** Ties of one instant are ordered by the entry's number in the log, in the same direction. */
export const activityLogOrders = ['OCCURRED_AT_DESC', 'OCCURRED_AT_ASC', 'RECORDED_DESC', 'RECORDED_ASC'] as const;
export type ActivityLogOrder = (typeof activityLogOrders)[number];
