import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import { type Emulator, installRows, startEmulator } from './emulator.js';
import type { FaultSwitch } from './faults.js';
import { PosthogRows, type RowsAsked } from './posthog-rows.js';

/** What differs from version to version and plan to plan, and may be changed while it runs. */
export interface PosthogBehaviour {
  /** 2024: pages of 100 by cursor, and nothing else. 2026: `page`, `page_size` and `scopes`, too. */
  version: 2024 | 2026;
  /** What a list is answered as: the page documents a bare list, real answers have an envelope. */
  answer: 'envelope' | 'list';
  /** Without the paid plan there is no activity log. */
  isPaid: boolean;
  /** The scopes of the key. */
  scopes: readonly string[];
  /** What `next` begins with. Behind a proxy it is not where the caller asked. Absent: where the caller asked. */
  nextOrigin?: string;
  /** Cursors that were given before are refused. */
  forgetsCursors: boolean;
}

export interface PosthogOptions extends Partial<PosthogBehaviour> {
  readonly port?: number;
  readonly apiKey?: string;
  readonly projectId?: number;
}

export interface PosthogEmulator extends Emulator {
  readonly rows: PosthogRows;
  readonly behaviour: PosthogBehaviour;
}

interface Parts {
  readonly rows: PosthogRows;
  readonly behaviour: PosthogBehaviour;
  readonly faults: FaultSwitch;
  readonly apiKey: string;
  readonly projectId: number;
}

/** PostHog's API as far as a project's activity log goes. */
export async function startPosthog({
  port,
  apiKey,
  projectId,
  ...over
}: PosthogOptions = {}): Promise<PosthogEmulator> {
  const rows = new PosthogRows();
  const behaviour: PosthogBehaviour = {
    version: 2026,
    answer: 'envelope',
    isPaid: true,
    scopes: ['activity_log:read'],
    forgetsCursors: false,
    ...over,
  };
  const emulator = await startEmulator((app, faults) => {
    installRows(app, rows);
    registerRoutes(app, {
      rows,
      behaviour,
      faults,
      apiKey: apiKey ?? 'phx_right',
      projectId: projectId ?? 1,
    });
  }, port);
  return Object.assign(emulator, { rows, behaviour });
}

function registerRoutes(app: FastifyInstance, parts: Parts): void {
  const { behaviour, apiKey, projectId } = parts;
  app.addHook('preHandler', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return undefined;
    const { authorization } = request.headers;
    if (authorization === undefined) {
      return refuse(reply, 401, 'not_authenticated', 'Authentication credentials were not provided.');
    }
    if (authorization !== `Bearer ${apiKey}`) {
      return refuse(reply, 401, 'authentication_failed', 'Personal API key found in request is invalid.');
    }
    if (!behaviour.scopes.some((scope) => ['activity_log:read', 'activity_log:write', '*'].includes(scope))) {
      return refuse(reply, 403, 'permission_denied', "API key missing required scope 'activity_log:read'");
    }
    if (!behaviour.isPaid) {
      return refuse(reply, 402, 'payment_required', 'Audit logs requires a paid PostHog plan.');
    }
    const { id } = request.params as { id: string };
    const isThere = id === '@current' || id === String(projectId);
    return isThere ? undefined : refuse(reply, 404, 'not_found', 'Project not found.');
  });
  app.get('/api/projects/:id/activity_log/', async (request, reply) => list(parts, request, reply));
}

const query = z.object({
  user: z.string().optional(),
  scope: z.string().optional(),
  scopes: z.string().optional(),
  item_id: z.string().optional(),
  cursor: z.string().optional(),
  page: z.coerce.number().int().min(1).optional(),
  page_size: z.coerce.number().int().min(1).max(1000).optional(),
});

function list(parts: Parts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { rows, behaviour, faults } = parts;
  const parsed = query.safeParse(request.query);
  if (!parsed.success)
    return refuse(reply, 400, 'invalid_input', 'Invalid value.', String(parsed.error.issues[0]!.path[0]));
  const { user, scope, scopes, item_id: itemId, cursor, page, page_size: asked } = parsed.data;
  const isNew = behaviour.version === 2026;
  const size = (isNew && asked) || 100;
  const wanted: RowsAsked = {
    user,
    scopes: scope !== undefined ? [scope] : isNew && scopes !== undefined ? scopes.split(',') : undefined,
    itemId,
  };
  if (behaviour.answer === 'list') return sendJson(reply, listOf(rows.matching(wanted)));
  const href = (changed: Readonly<Record<string, string>>): string => {
    const url = new URL(request.url, behaviour.nextOrigin ?? `http://${request.headers.host}`);
    for (const [name, value] of Object.entries(changed)) url.searchParams.set(name, value);
    return JSON.stringify(url.href);
  };
  if (isNew && page !== undefined) {
    const found = rows.matching(wanted);
    const next = page * size < found.length ? href({ page: String(page + 1) }) : 'null';
    const previous = page > 1 ? href({ page: String(page - 1) }) : 'null';
    const results = listOf(found.slice((page - 1) * size, page * size));
    return sendJson(reply, `{"count":${found.length},"next":${next},"previous":${previous},"results":${results}}`);
  }
  const { kind } = faults.current;
  const known = behaviour.forgetsCursors && cursor !== undefined ? undefined : rows.page(wanted, size, cursor);
  // One that never ends gives its last page again; one that is stuck its first.
  const given = kind === 'same-page' ? rows.page(wanted, size, undefined) : known;
  if (!given) return refuse(reply, 404, 'not_found', 'Invalid cursor');
  const isEndless = kind === 'same-page' || kind === 'endless-pages';
  const onwards = given.cursor ?? (isEndless ? (cursor ?? lastCursor()) : undefined);
  const next = onwards === undefined ? 'null' : href({ cursor: onwards });
  return sendJson(reply, `{"next":${next},"previous":null,"results":[${given.texts.join(',')}]}`);
}

/** A place above all rows, for a list that fits on one page and yet never ends. */
const lastCursor = (): string =>
  Buffer.from(new URLSearchParams({ o: '0', p: '9999-12-31T00:00:00Z', r: nanoid() }).toString()).toString('base64');

const listOf = (held: readonly { readonly text: string }[]): string => `[${held.map(({ text }) => text).join(',')}]`;

const sendJson = (reply: FastifyReply, body: string): FastifyReply => reply.type('application/json').send(body);

const types: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'authentication_error',
  403: 'authentication_error',
};

function refuse(reply: FastifyReply, status: number, code: string, detail: string, attr?: string): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="api"');
  return reply.code(status).send({ type: types[status] ?? 'invalid_request', code, detail, attr: attr ?? null });
}
