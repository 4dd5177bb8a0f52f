import { randomBytes } from 'node:crypto';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Emulator, installRows, startEmulator } from './emulator.js';
import type { FaultSwitch } from './faults.js';
import { ThriveRecords } from './thrive-records.js';

export interface ThriveOptions {
  readonly port?: number;
  readonly tenantId?: string;
  readonly apiSecret?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** How long an access token is good for; 3,600 in reality. */
  readonly tokenSeconds?: number;
  readonly nowMs?: () => number;
  readonly seed?: number;
}

export interface ThriveEmulator extends Emulator {
  readonly records: ThriveRecords;
  /** Makes every token that was given out worthless. */
  revokeTokens(): void;
}

type Parts = Required<Omit<ThriveOptions, 'port' | 'seed'>> & {
  readonly records: ThriveRecords;
  readonly faults: FaultSwitch;
  /** When each access token ends, in milliseconds. */
  readonly tokens: Map<string, number>;
};

/** Thrive's API as far as activity records go: `/rest/v1/activities`, `/rest/v1/activity/:id`, `/oauth2/token/:tenantId`. */
export async function startThrive(options: ThriveOptions = {}): Promise<ThriveEmulator> {
  const records = new ThriveRecords(options.seed ?? 1);
  const tokens = new Map<string, number>();
  const emulator = await startEmulator(async (app, faults) => {
    const parts: Parts = {
      tenantId: 'tenant_1',
      apiSecret: 'api-secret',
      clientId: 'client_1',
      clientSecret: 'client-secret',
      tokenSeconds: 3600,
      nowMs: Date.now,
      ...options,
      records,
      faults,
      tokens,
    };
    await app.register(formbody);
    installRows(app, records);
    registerRoutes(app, parts);
  }, options.port);
  return Object.assign(emulator, { records, revokeTokens: () => tokens.clear() });
}

function registerRoutes(app: FastifyInstance, parts: Parts): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('date', new Date(parts.nowMs()).toUTCString());
  });
  app.post('/oauth2/token/:tenantId', async (request, reply) => giveToken(parts, request, reply));
  app.get('/rest/v1/activities', async (request, reply) =>
    isLetIn(parts, request) ? list(parts, request, reply) : refuse(reply, 401, 'Unauthorized', 'Invalid credentials'),
  );
  app.get('/rest/v1/activity/:id', async (request, reply) => {
    if (!isLetIn(parts, request)) return refuse(reply, 401, 'Unauthorized', 'Invalid credentials');
    const text = parts.records.get((request.params as { id: string }).id);
    if (text === undefined) return refuse(reply, 404, 'Not Found', 'Activity not found');
    return reply.type('application/json').send(text);
  });
}

const refuse = (reply: FastifyReply, status: number, error: string, message: string): FastifyReply =>
  reply.code(status).send({ status, error, message });

function isLetIn({ tenantId, apiSecret, tokens, nowMs }: Parts, request: FastifyRequest): boolean {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') return Buffer.from(value, 'base64').toString() === `${tenantId}:${apiSecret}`;
  return scheme === 'Bearer' && (tokens.get(value) ?? 0) > nowMs();
}

const tokenForm = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string(),
  client_secret: z.string(),
  scope: z.string().optional(),
});

function giveToken(parts: Parts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const form = tokenForm.safeParse(request.body);
  const isRight =
    form.success &&
    (request.params as { tenantId: string }).tenantId === parts.tenantId &&
    form.data.client_id === parts.clientId &&
    form.data.client_secret === parts.clientSecret;
  if (!isRight) return refuse(reply, 401, 'Unauthorized', 'Invalid client');
  const token = randomBytes(16).toString('hex');
  parts.tokens.set(token, parts.nowMs() + parts.tokenSeconds * 1000);
  return reply.send({
    access_token: token,
    token_type: 'Bearer',
    expires_in: parts.tokenSeconds,
    scope: form.data.scope ?? 'api/read',
  });
}

/** A time as its filters take it, which are to the second and say no zone: it is UTC. */
const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
  .transform((text) => Date.parse(`${text.replace(' ', 'T')}Z`) / 1000);
const words = z.string().transform((text) => text.split(','));
const query = z.object({
  page: z.coerce.number().int().min(1).default(1),
  perPage: z.coerce.number().int().min(1).max(1000).default(20),
  timestampFrom: time.optional(),
  timestampTo: time.optional(),
  actions: words.optional(),
  omitActions: words.optional(),
  contentIds: words.optional(),
  contentType: z.string().optional(),
});

function list({ records, faults }: Parts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = query.safeParse(request.query);
  if (!asked.success) {
    return refuse(reply, 400, 'Bad Request', `${asked.error.issues[0]?.path.join('.')} is invalid`);
  }
  const kind = faults.current.kind;
  const { page, perPage, timestampFrom, timestampTo, ...filters } = asked.data;
  const isSame = kind === 'same-page';
  const found = records.matching(isSame ? {} : { ...filters, fromSeconds: timestampFrom, toSeconds: timestampTo });
  const shown = isSame ? 1 : page;
  const isEndless = isSame || kind === 'endless-pages';
  const totalPages = isEndless ? page + 1 : Math.ceil(found.length / perPage);
  const totalResults = isEndless ? totalPages * perPage : found.length;
  const pagination = JSON.stringify({ totalResults, totalPages, page, perPage });
  const results = found.slice((shown - 1) * perPage, shown * perPage);
  return reply.type('application/json').send(`{"pagination":${pagination},"results":[${results.join(',')}]}`);
}
