import type { Viewer } from '../../model/viewer.js';
import type { Reader } from '../loaders.js';

/**
 * What of a viewer its cohort has in common: the rights, and the user only where a right is narrowed to that user's own.
 * What is not in here, nobody's execution can depend on.
 */
export function sharedReader(viewer: Viewer): Reader {
  const scopes = [...viewer.scopes].sort();
  const isNarrowed = scopes.some((scope) => scope.endsWith(':own'));
  return { workspaceId: viewer.workspaceId, scopes: new Set(scopes), ...(isNarrowed && { userId: viewer.userId }) };
}
