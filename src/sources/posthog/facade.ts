import type { FastifyInstance } from 'fastify';
import { canReadLogs } from '../../auth/policies.js';
import { type Clock, systemClock } from '../../base/clock.js';
import {
  type FacadeAnswer,
  type FacadeAuthenticator,
  type FacadeCall,
  type FacadeRoute,
  registerFacade,
} from '../facade.js';
import { requireKeyScope, toErrorBody } from './errors.js';
import { listRows, type Reading } from './listing.js';
import { bookmark, listImportantChanges, type NotificationDeps } from './notifications.js';
import { checkProject, listProjects, type Workspaces } from './projects.js';

export interface PosthogFacadeDeps {
  readonly authenticator: FacadeAuthenticator;
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
      ...ofProject(deps, 'GET', '', (call) => list(deps, call)),
      ...ofProject(deps, 'GET', '/important_changes', (call) => listImportantChanges(parts, call)),
      ...ofProject(deps, 'POST', '/bookmark_activity_notification', (call) => bookmark(parts, call)),
    ],
  });
}

/** A call on the activity log of the key's project. The page names its paths without a final slash, and calls them with one. */
function ofProject(
  { workspaces }: PosthogFacadeDeps,
  method: FacadeRoute['method'],
  path: string,
  handle: FacadeRoute['handle'],
): FacadeRoute[] {
  const checked: FacadeRoute['handle'] = async (call) => {
    await checkProject(workspaces, call);
    return handle(call);
  };
  return ['', '/'].map((slash) => ({ method, path: `/:project_id/activity_log${path}${slash}`, handle: checked }));
}

async function list({ reading }: PosthogFacadeDeps, call: FacadeCall): Promise<FacadeAnswer> {
  requireKeyScope(canReadLogs(call.viewer), 'activity_log:read');
  return listRows(reading, call);
}
