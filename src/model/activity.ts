import type { Id } from '../base/ids.js';
import type { ActivityRef } from './identity.js';
import type { SourceSystem } from './source-system.js';

/** The definition of something that can be done; an activity log is one performance of it. */
export interface Activity {
  readonly id: Id;
  readonly workspaceId: Id;
  /** Chosen by its maker, unique in the workspace, e.g. `AWorld`'s 21-character id or `bike-to-work`. */
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly sourceIds: readonly { readonly source: SourceSystem; readonly id: string }[];
  /** Every reference under which entries may name it. */
  readonly refs: readonly ActivityRef[];
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
