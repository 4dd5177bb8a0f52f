/** The scopes that PostHog's code has named until 2026: names of its models. The set is open, others are kept as they are. */
const scopes: ReadonlySet<string> = new Set([
  ...['Action', 'AlertConfiguration', 'AlertSubscription', 'Annotation', 'BatchExport', 'BatchImport', 'Cohort'],
  ...['Comment', 'Dashboard', 'DataManagement', 'DataWarehouseSavedQuery', 'EarlyAccessFeature', 'Endpoint'],
  ...['ErrorTrackingGroup', 'ErrorTrackingIssue', 'EventDefinition', 'Experiment', 'ExperimentHoldout'],
  ...['ExperimentSavedMetric', 'ExternalDataSchema', 'ExternalDataSource', 'FeatureFlag', 'Group', 'HogFlow'],
  ...['HogFunction', 'Insight', 'Integration', 'Notebook', 'Organization', 'OrganizationMembership', 'Person'],
  ...['PersonalAPIKey', 'Plugin', 'PluginConfig', 'Project', 'PropertyDefinition', 'Replay', 'Role'],
  ...['SessionRecordingPlaylist', 'Subscription', 'Survey', 'Tag', 'TaggedItem', 'Team', 'Threshold', 'User'],
  ...['UserGroup', 'conversations_ticket', 'recording'],
]);

export const isKnownScope = (scope: string): boolean => scopes.has(scope);
