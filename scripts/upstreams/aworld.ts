import { randomBytes } from 'node:crypto';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import { AWorldLogs } from './aworld-logs.js';
import { type Emulator, installRows, startEmulator } from './emulator.js';
import type { FaultSwitch } from './faults.js';

/** What AWorld has documented in more than one way, and may be changed while it runs. */
export interface AWorldBehaviour {
  /** Of a log that was created. */
  status: 200 | 201;
  body: 'log' | 'definition';
  /** How the last page says that it is the last. */
  lastToken: 'absent' | 'null';
  errors: 'older' | 'newer';
}

export interface AWorldOptions extends Partial<AWorldBehaviour> {
  readonly port?: number;
  /** An access token that is always good. */
  readonly token?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly tokenSeconds?: number;
  readonly nowMs?: () => number;
}

export interface AWorldEmulator extends Emulator {
  readonly logs: AWorldLogs;
  readonly behaviour: AWorldBehaviour;
  revokeTokens(): void;
}

interface Kept {
  readonly atMs: number;
  readonly status: number;
  readonly body: unknown;
}

interface Parts {
  readonly logs: AWorldLogs;
  readonly behaviour: AWorldBehaviour;
  readonly faults: FaultSwitch;
  readonly nowMs: () => number;
  readonly tokens: Map<string, number>;
  readonly idempotency: Map<string, Kept>;
}

/** For so long the same key gets the same answer. */
const keptMs = 5 * 60_000;

/** AWorld's App API as far as activity logs go, and the token endpoint for machines, which lies on a host of its own in reality. */
export async function startAWorld(options: AWorldOptions = {}): Promise<AWorldEmulator> {
  const { clientId = 'm2m', clientSecret = 'm2m-secret', tokenSeconds = 3600, nowMs = Date.now } = options;
  const behaviour: AWorldBehaviour = {
    status: options.status ?? 200,
    body: options.body ?? 'log',
    lastToken: options.lastToken ?? 'absent',
    errors: options.errors ?? 'newer',
  };
  const logs = new AWorldLogs();
  const tokens = new Map([[options.token ?? 'right', Number.POSITIVE_INFINITY]]);
  const emulator = await startEmulator(async (app, faults) => {
    const parts: Parts = { logs, behaviour, faults, nowMs, tokens, idempotency: new Map() };
    await app.register(formbody);
    installRows(app, logs);
    app.post('/oauth2/token', async (request, reply) => {
      const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
      const { grant_type } = (request.body ?? {}) as Record<string, string>;
      if (request.headers.authorization !== basic || grant_type !== 'client_credentials') {
        return reply.code(401).send({ error: 'invalid_client' });
      }
      const token = randomBytes(16).toString('hex');
      tokens.set(token, nowMs() + tokenSeconds * 1000);
      return reply.send({ access_token: token, token_type: 'Bearer', expires_in: tokenSeconds });
    });
    registerRoutes(app, parts);
  }, options.port);
  return Object.assign(emulator, { logs, behaviour, revokeTokens: () => tokens.clear() });
}

function registerRoutes(app: FastifyInstance, parts: Parts): void {
  const path = '/app/v1/activity-logs';
  app.addHook('preHandler', async (request, reply) => {
    if (!request.url.startsWith('/app/v1')) return undefined;
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if ((parts.tokens.get(token) ?? 0) > parts.nowMs()) return undefined;
    return refuse(parts, request, reply, 401, 'The token is invalid');
  });
  app.get(path, async (request, reply) => list(parts, request, reply));
  // Documented to answer the definition, by the activity's id and not the log's.
  app.get(`${path}/:activityId`, async (request) => definition((request.params as { activityId: string }).activityId));
  app.post(path, async (request, reply) => create(parts, request, reply));
}

const query = z.object({
  limit: z.coerce.number().int().min(1).default(50),
  nextToken: z.string().optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
  sort: z.literal('updatedAt').optional(),
});

function list(parts: Parts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = query.safeParse(request.query);
  const userId = request.headers['x-user-id'] ?? request.headers['x-external-user-id'];
  if (!asked.success || typeof userId !== 'string') return refuse(parts, request, reply, 400, 'Invalid input');
  const { limit, nextToken, order } = asked.data;
  const { logs, faults, behaviour } = parts;
  const kind = faults.current.kind;
  // One that never ends gives a new token with its last page, and goes back to the start with it.
  const isEndless = kind === 'endless-pages' || kind === 'same-page';
  const page =
    (kind === 'same-page' ? undefined : logs.page(userId, limit, order, nextToken)) ??
    (isEndless ? logs.page(userId, limit, order, undefined) : undefined);
  if (!page) return refuse(parts, request, reply, 400, 'The token is not valid for this limit');
  const endless = isEndless ? nanoid() : undefined;
  const token = page.nextToken ?? endless ?? (behaviour.lastToken === 'null' ? null : undefined);
  const last = token === undefined ? '' : `,"nextToken":${JSON.stringify(token)}`;
  return reply.type('application/json').send(`{"items":[${page.items.join(',')}]${last}}`);
}

const posted = z.looseObject({
  activityId: z.string().min(1),
  userId: z.string().min(1),
  outcome: z.enum(['SUCCESS', 'FAILURE']).optional(),
  value: z.number().default(1),
  tags: z.array(z.string()).optional(),
  additionalData: z.record(z.string(), z.unknown()).optional(),
  activityLogId: z.string().optional(),
  completedAt: z.iso.datetime().optional(),
});

function create(parts: Parts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { idempotency, nowMs } = parts;
  const key = request.headers['x-idempotency-key'];
  if (key === '') return refuse(parts, request, reply, 400, 'x-idempotency-key is empty');
  const kept = typeof key === 'string' ? idempotency.get(key) : undefined;
  if (kept && nowMs() - kept.atMs < keptMs) {
    return reply.code(kept.status).header('x-idempotency-cache-hit', 'true').send(kept.body);
  }
  const body = posted.safeParse(request.body);
  if (!body.success) return refuse(parts, request, reply, 400, 'Invalid input');
  const { logs, behaviour } = parts;
  const now = new Date(nowMs()).toISOString();
  const activityLogId = body.data.activityLogId ?? nanoid(21);
  if (logs.has(activityLogId)) return refuse(parts, request, reply, 409, 'Activity Log ID already exists');
  const log = {
    ...body.data,
    activityLogId,
    completedAt: body.data.completedAt ?? now,
    createdAt: now,
    updatedAt: now,
  };
  logs.add(log);
  const answer = behaviour.body === 'log' ? log : definition(body.data.activityId);
  if (typeof key === 'string') idempotency.set(key, { atMs: nowMs(), status: behaviour.status, body: answer });
  return reply.code(behaviour.status).send(answer);
}

const definition = (activityId: string): object => ({
  activityId,
  name: 'Cycled to work',
  origin: 'CUSTOM',
  syncWithCatalog: false,
  defaultLang: 'en',
  langs: ['en'],
  accountId: 'stringstri',
  workspaceId: 'stringstri',
  sourceRegion: 'eu-west-1',
  createdAt: '2019-08-24T14:15:22.123Z',
  updatedAt: '2019-08-24T14:15:22.123Z',
});

const codes: Readonly<Record<number, readonly [older: string, newer: string]>> = {
  400: ['VALIDATION_ERROR', 'validation/invalid_input'],
  401: ['INVALID_TOKEN', 'auth/invalid_token'],
  409: ['DUPLICATE_RESOURCE', 'resource/already_exists'],
};

function refuse(
  { behaviour, nowMs }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
): FastifyReply {
  const [older, newer] = codes[status]!;
  const body =
    behaviour.errors === 'older'
      ? { error: { code: older, message, details: [] } }
      : {
          code: newer,
          message,
          status,
          requestId: request.id,
          timestamp: new Date(nowMs()).toISOString(),
          path: request.url,
        };
  return reply.code(status).send(body);
}
