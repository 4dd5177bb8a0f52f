import type { Clock } from '../base/clock.js';
import { type Id, newId } from '../base/ids.js';
import type { Viewer } from '../model/viewer.js';
import type { Workspace } from '../model/workspace.js';
import { unauthenticated } from './authorization.js';
import { FreshCache } from './fresh-cache.js';
import { type CallerFacts, isDirectLoopback, namesLoopback } from './loopback.js';

export interface AnonymousOptions {
  /** Key or id of the one workspace that such calls act on; undefined: there are none. */
  readonly workspace: string | undefined;
  readonly unscoped: { findWorkspace(keyOrId: string): Promise<Workspace | undefined> };
  readonly clock: Clock;
}

/** One call without a credential. */
export interface AnonymousCall extends CallerFacts {
  readonly method: string;
  /** As the caller sent it. */
  readonly contentType: string | undefined;
}

const maxAgeMs = 500;

/**
 * Callers of a system that knows no credentials: programs on this machine, which such a system trusts. What a page in a
 * browser could send in their place is refused.
 */
export class AnonymousCallers {
  readonly #workspaces;
  readonly #credentialId: Id = newId();

  constructor(private readonly options: AnonymousOptions) {
    this.#workspaces = new FreshCache<Workspace | undefined>(options.clock, maxAgeMs, 1);
  }

  /** @throws CodedError UNAUTHENTICATED saying what is missing; SERVICE_UNAVAILABLE. */
  async viewer(call: AnonymousCall): Promise<Viewer> {
    const refusal = refusalOf(call);
    if (refusal !== undefined) throw unauthenticated(`${refusal}; send a credential in Authorization`);
    const { workspace: name } = this.options;
    if (name === undefined) {
      throw unauthenticated('Calls without a credential are off (ANONYMOUS_WORKSPACE is not set)');
    }
    const workspace = await this.#workspaces.get(name, () => this.options.unscoped.findWorkspace(name));
    if (!workspace) throw unauthenticated('The workspace of calls without a credential does not exist');
    return {
      workspaceId: workspace.id,
      credentialId: this.#credentialId,
      owner: 'client:anonymous',
      scopes: new Set(['activity_log:read', 'activity_log:write']),
    };
  }
}

function refusalOf({ method, contentType, ...caller }: AnonymousCall): string | undefined {
  const { host, origin, 'sec-fetch-site': site } = caller.headers;
  if (!isDirectLoopback(caller)) return 'Only programs on this machine may call without a credential';
  if (!namesLoopback(host)) return 'A call without a credential must name localhost as its host';
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host?.toLowerCase())) {
    return 'A call without a credential must not come from a page of another origin';
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'A call without a credential must not come from a page of another site';
  }
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
    return 'A POST without a credential must say that it is application/json';
  }
  return undefined;
}
