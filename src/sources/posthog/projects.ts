import { CodedError } from '../../base/errors.js';
import type { Viewer } from '../../model/viewer.js';
import type { Workspace } from '../../model/workspace.js';
import { type FacadeAnswer, type FacadeCall, json } from '../facade.js';
import { queryInteger } from '../query.js';
import { uuidOf } from './uuid.js';

/** Where a workspace is looked up by its id. */
export interface Workspaces {
  findWorkspace(keyOrId: string): Promise<Workspace | undefined>;
}

/** A project as PostHog lists it. Its `id` is a number there; ours are the ids of workspaces. */
interface Project {
  readonly id: string;
  readonly uuid: string;
  readonly organization: string;
  readonly api_token: null;
  readonly name: string;
  readonly completed_snippet_onboarding: boolean;
  readonly has_completed_onboarding_for: null;
  readonly ingested_event: boolean;
  readonly is_demo: boolean;
  readonly timezone: string;
  readonly access_control: boolean;
}

/** The projects that a key may see: its one workspace. */
export async function listProjects(workspaces: Workspaces, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const limit = queryInteger(request, 'limit', { min: 1, absent: 100 });
  const offset = queryInteger(request, 'offset', { min: 0, absent: 0 });
  const all = [projectOf(await workspaceOf(workspaces, viewer))];
  return json(200, { count: all.length, next: null, previous: null, results: all.slice(offset, offset + limit) });
}

/**
 * Lets pass who asks for the project of its own key: by the workspace's id or key, the project's `uuid`, or `@current`.
 * @throws CodedError NOT_FOUND: what is another's does not exist.
 */
export async function checkProject(workspaces: Workspaces, { viewer, request }: FacadeCall): Promise<void> {
  const asked = (request.params as { project_id: string }).project_id;
  const { workspaceId } = viewer;
  if (asked === '@current' || asked.toLowerCase() === workspaceId) return;
  if (asked.toLowerCase() === uuidOf('prj', workspaceId)) return;
  if (asked === (await workspaceOf(workspaces, viewer)).key) return;
  throw new CodedError('NOT_FOUND', 'Project not found.', 'project_id');
}

async function workspaceOf(workspaces: Workspaces, { workspaceId }: Viewer): Promise<Workspace> {
  const workspace = await workspaces.findWorkspace(workspaceId);
  if (!workspace) throw new CodedError('NOT_FOUND', 'Project not found.', 'project_id');
  return workspace;
}

const projectOf = ({ id, key, name }: Workspace): Project => ({
  id,
  uuid: uuidOf('prj', id),
  organization: uuidOf('org', id),
  api_token: null,
  name,
  completed_snippet_onboarding: true,
  has_completed_onboarding_for: null,
  ingested_event: true,
  is_demo: key === 'demo',
  timezone: 'UTC',
  access_control: false,
});
