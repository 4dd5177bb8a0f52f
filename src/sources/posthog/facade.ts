import type { FastifyInstance } from 'fastify';
import { canReadLogs } from '../../auth/policies.js';
import { type FacadeAuthenticator, type FacadeCall, type FacadeRoute, registerFacade } from '../facade.js';
import { requireKeyScope, toErrorBody } from './errors.js';
import { listRows, type Reading } from './listing.js';
import { checkProject, listProjects, type Workspaces } from './projects.js';

export interface PosthogFacadeDeps {
  readonly authenticator: FacadeAuthenticator;
  readonly workspaces: Workspaces;
  readonly reading: Reading;
}

/** Serves the activity logs of PostHog's projects; whatever else lies under `/api/projects` does not exist, in PostHog's words. */
export async function registerPosthogFacade(app: FastifyInstance, deps: PosthogFacadeDeps): Promise<void> {
  const log = '/:project_id/activity_log';
  await registerFacade(app, {
    prefixes: ['/api/projects'],
    identify: (request) => deps.authenticator.authenticate(request.headers.authorization),
    errorBody: (error, request) => toErrorBody(error, request.headers.authorization !== undefined),
    routes: [
      { method: 'GET', path: '/', handle: (call) => listProjects(deps.workspaces, call) },
      ...withSlash({ method: 'GET', path: log, handle: (call) => list(deps, call) }),
    ],
  });
}

/** PostHog's page names its paths without a final slash, and calls them with one. */
const withSlash = (route: FacadeRoute): FacadeRoute[] => [route, { ...route, path: `${route.path}/` }];

async function list({ workspaces, reading }: PosthogFacadeDeps, call: FacadeCall) {
  requireKeyScope(canReadLogs(call.viewer), 'activity_log:read');
  await checkProject(workspaces, call);
  return listRows(reading, call);
}
