import { canReadSources, requireScope } from '../../auth/policies.js';
import { notFound } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { Viewer } from '../../model/viewer.js';
import type { Services } from '../services.js';
import type { SourceType } from '../sources/source.type.js';
import type { Outlet } from './outlet.js';
import { patiently } from './patience.js';
import { SourceFollower } from './source-follower.js';
import { SourceWatch } from './source-watch.js';

export interface SourceLiveParts {
  readonly services: Pick<Services, 'sources'>;
  readonly logger: Logger;
  readonly pollMs?: number;
}

export interface SourceRequest {
  readonly id: string | null | undefined;
  readonly key: string;
  readonly outlet: Outlet;
  isOver(): boolean;
  textOf(source: SourceType): Promise<string>;
}

/** Whoever follows sources in this process, workspace by workspace. */
export class SourceLive {
  readonly #watches = new Map<Id, SourceWatch>();

  constructor(private readonly parts: SourceLiveParts) {}

  /** @throws CodedError FORBIDDEN without `source:read`; NOT_FOUND for a source that does not exist. */
  async subscribe(viewer: Viewer, request: SourceRequest): Promise<SourceFollower> {
    const { services, logger } = this.parts;
    this.allow(viewer);
    const { id, outlet, key, textOf, isOver } = request;
    const find = async () => (typeof id === 'string' ? services.sources.get(viewer, id) : undefined);
    const found = await patiently(find, isOver, logger);
    if (typeof id === 'string' && !found) throw notFound('The source', 'id');
    return new SourceFollower({ watch: this.#watchOf(viewer.workspaceId), id: found?.source.id, outlet, key, textOf });
  }

  /** @throws CodedError FORBIDDEN for who may not follow sources. */
  allow(viewer: Viewer): void {
    requireScope(canReadSources(viewer), 'source:read');
  }

  #watchOf(workspaceId: Id): SourceWatch {
    const known = this.#watches.get(workspaceId);
    if (known) return known;
    const watch: SourceWatch = new SourceWatch({
      ...this.parts,
      pollMs: this.parts.pollMs ?? 1000,
      workspaceId,
      onIdle: () => {
        if (watch.isIdle && this.#watches.get(workspaceId) === watch) this.#watches.delete(workspaceId);
      },
    });
    this.#watches.set(workspaceId, watch);
    return watch;
  }
}
