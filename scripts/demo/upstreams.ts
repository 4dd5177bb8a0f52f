import type { Id } from '../../src/base/ids.js';
import type { Source } from '../../src/model/source.js';
import type { SourceSystem } from '../../src/model/source-system.js';
import type { SourceStates } from '../../src/store/source-states.js';
import type { Sources } from '../../src/store/sources.js';
import { aworldUserIds } from '../upstreams/arrivals.js';
import { startCompany } from '../upstreams/company.js';
import { falkorToken } from '../upstreams/falkor.js';
import { movingPathwayIds } from '../upstreams/falkor-moving.js';
import { demoSourceIds } from './people.js';

export interface UpstreamParts {
  readonly sources: Sources;
  readonly states: Pick<SourceStates, 'wake' | 'writeFrom'>;
  readonly workspaceId: Id;
  /** Where the log stands: what is there is not written into a source. */
  readonly place: { readonly epoch: number; readonly seq: number };
  /** Another one for every run, so that each tells a story of its own. */
  readonly seed: number;
  readonly everyMs: number;
  /** When the demo was made. */
  readonly madeAt: Date;
}

/**
 * Runs the emulated systems of the demo until the signal aborts, connected as sources of its workspace. Their rows live as
 * long as they do: what the gateway has read of them stays in its log.
 */
export async function runUpstreams(parts: UpstreamParts, signal: AbortSignal): Promise<void> {
  const { seed, everyMs, madeAt } = parts;
  const company = await startCompany({
    ports: { aworld: 0, thrive: 0, falkor: 0, tikmatrix: 0, posthog: 0 },
    seed,
    past: 0,
    everyMs,
    sinceMs: madeAt.getTime(),
  });
  try {
    const { aworld, thrive, falkor, tikmatrix, posthog } = company.urls;
    await connect(parts, 'AWORLD', aworld, {
      name: 'AWorld (emulated)',
      settings: { userIds: [...aworldUserIds()] },
      secrets: { token: 'right' },
    });
    await connect(parts, 'THRIVE', thrive, {
      name: 'Thrive (emulated)',
      settings: { tenantId: 'tenant_1', since: new Date().toISOString(), settleSeconds: 2 },
      secrets: { apiSecret: 'api-secret' },
    });
    await connect(parts, 'FALKOR', falkor, {
      name: 'Falkor (emulated)',
      settings: { pathways: [...movingPathwayIds] },
      secrets: { token: falkorToken },
      // Its people have no other id than the email.
      trustsEmails: true,
    });
    await connect(parts, 'TIKMATRIX', tikmatrix, {
      name: 'TikMatrix (emulated)',
      settings: {},
      secrets: {},
      writesThrough: true,
    });
    await connect(parts, 'POSTHOG', posthog, {
      name: 'PostHog (emulated)',
      settings: { projectId: '1' },
      secrets: { apiKey: 'phx_right' },
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await company.close();
  }
}

interface Connection {
  readonly name: string;
  readonly settings: Source['settings'];
  readonly secrets: Readonly<Record<string, string>>;
  readonly writesThrough?: boolean;
  readonly trustsEmails?: boolean;
}

/** Connects an emulated system, or says where it is now. What somebody changed of a source since stays. */
async function connect(
  { sources, states, workspaceId, place }: UpstreamParts,
  system: SourceSystem,
  baseUrl: string,
  { name, settings, secrets, writesThrough = false, trustsEmails = false }: Connection,
): Promise<void> {
  const id = demoSourceIds[system]!;
  const known = await sources.get(workspaceId, id);
  const now = new Date();
  if (known) {
    await sources.change(known, { baseUrl, allowsPrivateOrigin: true, updatedAt: now }, secrets);
  } else {
    if (writesThrough) await states.writeFrom(workspaceId, id, place);
    const made: Source = {
      id,
      workspaceId,
      system,
      name,
      baseUrl,
      settings,
      secretNames: Object.keys(secrets),
      isPaused: false,
      trustsEmails,
      writesThrough,
      acceptsUnsigned: false,
      allowsPrivateOrigin: true,
      everyMs: 2_000,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await sources.insert(made, secrets);
  }
  await states.wake(workspaceId, id, now);
}
