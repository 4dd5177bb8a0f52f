import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../../auth/authenticate.js';
import { canReadLogs } from '../../auth/policies.js';
import { type Clock, systemClock } from '../../base/clock.js';
import type { Viewer } from '../../model/viewer.js';
import { type FacadeRoute, registerFacade } from '../facade.js';
import { requireKeyScope, toErrorBody } from './errors.js';
import { listRows, type Reading } from './listing.js';
import {
  bookmark,
  listImportantChanges,
  type NotificationDeps,
  requireBookmarking,
  requireNotifications,
} from './notifications.js';
import { checkProject, listProjects, type Workspaces } from './projects.js';

export interface PosthogFacadeDeps {
  readonly authenticator: Authenticate;
  readonly workspaces: Workspaces;
  readonly reading: Reading & NotificationDeps['reading'];
  readonly notifications: NotificationDeps['notifications'];
  readonly clock?: Clock;
}

/** Serves the activity logs of PostHog's projects; whatever else lies under `/api/projects` does not exist, in PostHog's words. */
export async function registerPosthogFacade(app: FastifyInstance, deps: PosthogFacadeDeps): Promise<void> {
  const parts = { ...deps, clock: deps.clock ?? systemClock };
  await registerFacade(app, {
    prefixes: ['/api/projects'],
    identify: (request) => deps.authenticator.authenticate(request.headers.authorization),
    errorBody: (error, request) => toErrorBody(error, request.headers.authorization !== undefined),
    routes: [
      { method: 'GET', path: '/', handle: (call) => listProjects(deps.workspaces, call) },
      ...ofProject(parts, 'GET', '', requireReading, (call) => listRows(deps.reading, call)),
      ...ofProject(parts, 'GET', '/important_changes', requireNotifications, (call) =>
        listImportantChanges(parts, call),
      ),
      ...ofProject(parts, 'POST', '/bookmark_activity_notification', requireBookmarking, (call) =>
        bookmark(parts, call),
      ),
    ],
  });
}

/** A call on the activity log of the key's project. The page names its paths without a final slash, and calls them with one. */
function ofProject(
  { workspaces }: PosthogFacadeDeps,
  method: FacadeRoute['method'],
  path: string,
  authorise: (viewer: Viewer) => void,
  handle: FacadeRoute['handle'],
): FacadeRoute[] {
  const checked: FacadeRoute['handle'] = async (call) => {
    authorise(call.viewer);
    await checkProject(workspaces, call);
    return handle(call);
  };
  return ['', '/'].map((slash) => ({ method, path: `/:project_id/activity_log${path}${slash}`, handle: checked }));
}

const requireReading = (viewer: Viewer): void => requireKeyScope(canReadLogs(viewer), 'activity_log:read');
