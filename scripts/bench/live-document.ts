/** What everybody asks for in the benchmark of subscriptions, with these variables. */
export const liveDocument = `subscription Bench($filter: ActivityLogFilter) {
  activityLogged(filter: $filter) {
    cursor type activityLogId
    activityLog { id action occurredAt source summary user { id name email } }
  }
}`;
export const liveVariables = { filter: { omitActions: ['left out'] } };

/** Variables whose filters differ from one another, and yet select every entry. */
export const variablesOf = (filter: number): typeof liveVariables => ({
  filter: { omitActions: [`left out ${filter}`] },
});

/** Now, in milliseconds and their fractions, the same in every process of this machine. */
export const nowMs = (): number => performance.timeOrigin + performance.now();
