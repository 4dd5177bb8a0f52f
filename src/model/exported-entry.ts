import type { ActivityLog } from './activity-log.js';

/** An entry with what recognises its repeats, so that it can be taken in again elsewhere without being doubled. */
export interface ExportedEntry {
  readonly entry: ActivityLog;
  /** Under which a repeat is recognised, per source and connection. */
  readonly nativeKey?: string;
  /** SHA-256 (hex) over what must be equal for a repeat to count as the same. */
  readonly contentHash?: string;
}
