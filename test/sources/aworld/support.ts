import { randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import { Allowances } from '../../../src/auth/allowances.js';
import { type Clock, systemClock } from '../../../src/base/clock.js';
import type { Id } from '../../../src/base/ids.js';
import { Closing } from '../../../src/base/lifecycle.js';
import { silentLogger } from '../../../src/base/logger.js';
import { openLog } from '../../../src/log/log.js';
import type { ActivityLog } from '../../../src/model/activity-log.js';
import type { Scope } from '../../../src/model/scopes.js';
import type { Workspace } from '../../../src/model/workspace.js';
import { SourceReadingService } from '../../../src/services/source-reading.js';
import { SourceRecordingService } from '../../../src/services/source-recording.js';
import { type AWorldFacadeDeps, registerAWorldFacade } from '../../../src/sources/aworld/facade.js';
import { Activities } from '../../../src/store/activities.js';
import { ActivityLogPages } from '../../../src/store/activity-log-pages.js';
import { ActivityLogs } from '../../../src/store/activity-logs.js';
import type { Store } from '../../../src/store/connect.js';
import { IdempotencyKeys } from '../../../src/store/idempotency-keys.js';
import { toEntry } from '../../../src/store/log-document.js';
import { Pathways } from '../../../src/store/pathways.js';
import { Users } from '../../../src/store/users.js';
import { addCredential, addWorkspace, authenticatorOn } from '../../auth/support.js';

/** Real time, and what a test adds to it. */
export class ShiftedClock implements Clock {
  #ms = 0;
  now = (): Date => new Date(Date.now() + this.#ms);
  monotonicMs = (): number => performance.now() + this.#ms;
  advance(ms: number): void {
    this.#ms += ms;
  }
}

export interface FacadeOptions {
  readonly clock?: Clock;
  /** What to do differently with the keys of a façade that is to fail. */
  readonly keys?: Partial<AWorldFacadeDeps['idempotencyKeys']>;
}

export interface RunningFacade {
  readonly url: string;
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  request(path: string, init?: RequestInit): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
  readonly json: any;
}

/** As one process of the gateway: the façade on a port of its own, over a shared store. */
export async function openFacade(store: Store, options: FacadeOptions = {}): Promise<RunningFacade> {
  const closing = new Closing();
  const log = closing.add(openLog({ store, logger: silentLogger, clock: options.clock, holeMs: 200 }));
  const app = Fastify({ forceCloseConnections: true });
  app.decorate('allowances', new Allowances({ atOnce: 1_000, costPerMinute: 0 }, systemClock));
  const keys = new IdempotencyKeys(store);
  await registerAWorldFacade(app, {
    authenticator: authenticatorOn(store),
    recording: new SourceRecordingService({
      users: new Users(store),
      activities: new Activities(store),
      writer: log.recorder,
      logs: log.logs,
    }),
    reading: new SourceReadingService({
      users: new Users(store),
      activities: new Activities(store),
      pathways: new Pathways(store),
      pages: new ActivityLogPages(store),
      reader: log.feeds,
      states: log.states,
      clock: options.clock ?? systemClock,
    }),
    idempotencyKeys: {
      claim: (request) => keys.claim(request),
      complete: (...args) => keys.complete(...args),
      release: (...args) => keys.release(...args),
      attempts: (claim) => keys.attempts(claim),
      ...options.keys,
    },
    clock: options.clock,
  });
  closing.add(app);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const request = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    };
  };
  return {
    url,
    request,
    post: (body, headers) =>
      request('/app/v1/activity-logs', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      }),
    close: () => closing.close(),
  };
}

/** A workspace, and a way to give out keys. */
export async function openWorkspace(
  store: Store,
): Promise<{ workspace: Workspace; key(scopes: Scope[], userId?: Id): Promise<{ authorization: string }> }> {
  const workspace = await addWorkspace(store, `aworld-${randomBytes(4).toString('hex')}`);
  return {
    workspace,
    key: async (scopes, userId) => {
      const { secret } = await addCredential(store, workspace.id, { kind: 'API_KEY', scopes, userId });
      return { authorization: `Bearer ${secret}` };
    },
  };
}

/** The log of a workspace, as it lies in the store. */
export async function entriesOf(store: Store, workspaceId: Id): Promise<ActivityLog[]> {
  const documents = await new ActivityLogs(store).readAfter(workspaceId, 0, 1000);
  return documents.filter((document) => document.kind === 'entry').map(toEntry);
}
