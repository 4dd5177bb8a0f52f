import { activitiesCollection, activitiesIndexes, activitiesValidator } from './activities.js';
import { activityLogCountsCollection, activityLogCountsValidator } from './activity-log-counts.js';
import { activityLogReadIndexes, actorRecordedIndex, tikMatrixIndex } from './activity-log-query.js';
import { logCollection, logIndexes, logSchema } from './activity-logs.js';
import { type CollectionSchema, ensureCollection } from './collection-schema.js';
import type { Store } from './connect.js';
import { controlEntriesIndex } from './control-entries.js';
import { credentialCollection, credentialIndexes, credentialSchema } from './credential-document.js';
import { deliveryCollection, deliveryIndexes, deliverySchema } from './deliveries.js';
import { enrolmentsCollection, enrolmentsIndexes, enrolmentsValidator } from './enrolments.js';
import { foldCollection, foldIndexes, foldSchema } from './fold-states.js';
import { followIndexes, followSchema, followsCollection } from './follows.js';
import { idempotencyKeyCollection, idempotencyKeyIndexes, idempotencyKeySchema } from './idempotency-keys.js';
import { itemInterestCollection, itemInterestIndexes, itemInterestSchema } from './item-interest.js';
import { leaseCollection, leaseSchema } from './lease-document.js';
import { logStateCollection, logStateSchema } from './log-states.js';
import { notificationIndexes, notificationSchema, notificationsCollection } from './notification-document.js';
import {
  notificationStateIndexes,
  notificationStateSchema,
  notificationStatesCollection,
} from './notification-states.js';
import { pathwayCountsCollection, pathwayCountsValidator } from './pathway-counts.js';
import { pathwayStandingsCollection, pathwayStandingsIndexes } from './pathway-standings.js';
import { pathwaysCollection, pathwaysIndexes, pathwaysValidator } from './pathways.js';
import { progressCellsCollection, progressCellsValidator } from './progress-cells.js';
import { signalsSchema } from './signals.js';
import { sourceCollection, sourceIndexes, sourceSchema } from './source-document.js';
import { sourceRowCollection, sourceRowIndexes, sourceRowSchema } from './source-rows.js';
import { sourceStateCollection, sourceStateIndexes, sourceStateSchema } from './source-states.js';
import { pathwayStandingsValidator } from './standing-document.js';
import { upstreamWriteCollection, upstreamWriteIndexes, upstreamWriteSchema } from './upstream-writes.js';
import { userErasureCollection, userErasureIndexes, userErasureSchema } from './user-erasures.js';
import { usersCollection, usersIndexes, usersValidator } from './users.js';
import { workspaceCollection, workspaceIndexes, workspaceSchema } from './workspace-document.js';

const schemas: readonly CollectionSchema[] = [
  {
    name: logCollection,
    indexes: [...logIndexes, ...activityLogReadIndexes, actorRecordedIndex, tikMatrixIndex, controlEntriesIndex],
    schema: logSchema,
  },
  { name: usersCollection, indexes: usersIndexes, schema: usersValidator },
  { name: userErasureCollection, indexes: userErasureIndexes, schema: userErasureSchema },
  { name: activitiesCollection, indexes: activitiesIndexes, schema: activitiesValidator },
  { name: pathwaysCollection, indexes: pathwaysIndexes, schema: pathwaysValidator },
  { name: enrolmentsCollection, indexes: enrolmentsIndexes, schema: enrolmentsValidator },
  { name: activityLogCountsCollection, schema: activityLogCountsValidator },
  { name: progressCellsCollection, schema: progressCellsValidator },
  { name: pathwayStandingsCollection, indexes: pathwayStandingsIndexes, schema: pathwayStandingsValidator },
  { name: pathwayCountsCollection, schema: pathwayCountsValidator },
  { name: sourceCollection, indexes: sourceIndexes, schema: sourceSchema },
  { name: logStateCollection, schema: logStateSchema },
  { name: foldCollection, indexes: foldIndexes, schema: foldSchema },
  { name: notificationsCollection, indexes: notificationIndexes, schema: notificationSchema },
  { name: notificationStatesCollection, indexes: notificationStateIndexes, schema: notificationStateSchema },
  { name: itemInterestCollection, indexes: itemInterestIndexes, schema: itemInterestSchema },
  { name: followsCollection, indexes: followIndexes, schema: followSchema },
  { name: workspaceCollection, indexes: workspaceIndexes, schema: workspaceSchema },
  { name: credentialCollection, indexes: credentialIndexes, schema: credentialSchema },
  { name: leaseCollection, schema: leaseSchema },
  { name: sourceStateCollection, indexes: sourceStateIndexes, schema: sourceStateSchema },
  { name: sourceRowCollection, indexes: sourceRowIndexes, schema: sourceRowSchema },
  { name: deliveryCollection, indexes: deliveryIndexes, schema: deliverySchema },
  { name: upstreamWriteCollection, indexes: upstreamWriteIndexes, schema: upstreamWriteSchema },
  signalsSchema,
  { name: idempotencyKeyCollection, indexes: idempotencyKeyIndexes, schema: idempotencyKeySchema },
];

/** Creates what is missing. May run in any number of processes at once, and again at every start. */
export async function ensureSchema(store: Store, only: readonly CollectionSchema[] = schemas): Promise<void> {
  await Promise.all(only.map((schema) => ensureCollection(store, schema)));
}
