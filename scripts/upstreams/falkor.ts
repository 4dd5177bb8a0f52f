import { createHash, createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Emulator, installRows, startEmulator } from './emulator.js';
import { type EmulatedPathway, type FalkorRow, FalkorRows, type HeldPathway } from './falkor-rows.js';

export interface FalkorOptions {
  readonly port?: number;
  /** As it is sent after `Basic`. */
  readonly token?: string;
  /** Pathways that are there from the start. */
  readonly pathways?: readonly EmulatedPathway[];
  /** Rows as they stand at an instant: they are brought up to it whenever somebody asks. */
  readonly moving?: (atMs: number) => Iterable<FalkorRow>;
  readonly nowMs?: () => number;
}

export interface FalkorEmulator extends Emulator {
  readonly rows: FalkorRows;
}

export const falkorToken = Buffer.from('demo:falkor-secret').toString('base64');

type Parts = FalkorOptions & { readonly rows: FalkorRows; readonly token: string; readonly nowMs: () => number };

/** Falkor's API as far as the logs of a pathway go: `POST /v1/logs/pathway-logs`. */
export async function startFalkor(options: FalkorOptions = {}): Promise<FalkorEmulator> {
  const rows = new FalkorRows();
  for (const pathway of options.pathways ?? []) rows.addPathway(pathway);
  const parts: Parts = { token: falkorToken, nowMs: Date.now, ...options, rows };
  const emulator = await startEmulator((app) => {
    installRows(app, rows);
    registerRoutes(app, parts);
  }, options.port);
  return Object.assign(emulator, { rows });
}

const words = z.array(z.string()).optional();
const asked = z.object({
  pathway: z.string().min(1),
  activities: words,
  types: words,
  groups: words,
  users: words,
});

function registerRoutes(app: FastifyInstance, parts: Parts): void {
  app.post('/v1/logs/pathway-logs', async (request, reply) => {
    if (request.headers.authorization !== `Basic ${parts.token}`) return refuse(reply, 401, 'Invalid credentials');
    parts.rows.add(...(parts.moving?.(parts.nowMs()) ?? []));
    return answer(parts, request, reply);
  });
}

const refuse = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  reply.code(status).send({ status: 'error', message });

function answer({ rows }: Parts, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const began = performance.now();
  const parsed = asked.safeParse(request.body);
  if (!parsed.success) return refuse(reply, 400, `${parsed.error.issues[0]?.path.join('.')} is invalid`);
  const { pathway: name, ...filters } = parsed.data;
  const found = rows.pathways.filter(({ header }) => header.ID === name || header.name === name);
  if (found.length === 0) return refuse(reply, 404, 'Pathway not found');
  if (found.length > 1) return refuse(reply, 400, 'Several pathways have this name');
  const data = JSON.stringify([shown(found[0]!, filters)]);
  const hash = createHash('md5').update(data).digest('hex');
  const seconds = (performance.now() - began) / 1000;
  return reply
    .type('application/json')
    .send(`{"status":"success","data":${data},"hash":"${hash}","response_time":${seconds}}`);
}

function shown(
  { header, activities }: HeldPathway,
  filters: { activities?: string[]; types?: string[]; groups?: string[]; users?: string[] },
): object {
  const chosen = [...activities.values()].filter(
    ({ header: { ID, name, type } }) =>
      isAmong(filters.activities, ID, name) && isAmong(filters.types, String(type ?? '')),
  );
  return {
    pathway: header,
    activities: chosen.map(({ header: { stats: _stats, ...activity }, logs: held }) => {
      const logs = [...held.values()].filter(
        ({ groups, email, firstname, lastname }) =>
          isAmong(filters.groups, ...(groups as string[])) &&
          isAmong(filters.users, String(email), String(firstname), String(lastname), `${firstname} ${lastname}`),
      );
      const completed = logs.filter(
        ({ status }) => (status as { complete?: boolean } | null)?.complete === true,
      ).length;
      return { ...activity, stats: { total: logs.length, completed }, logs };
    }),
  };
}

const isAmong = (asked: readonly string[] | undefined, ...names: readonly string[]): boolean =>
  asked === undefined || names.some((name) => asked.includes(name));

/** Tells a gateway that somebody's enrolment changed, as a platform does. Answers the status. */
export async function sendFalkorWebhook(url: string, secret: string, platform = 'Falkor'): Promise<number> {
  const body = JSON.stringify({ event: 'enrolments', sentAt: new Date().toISOString() });
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = { 'content-type': 'application/json', [`${platform}-Webhook-Signature`]: signature };
  return (await fetch(url, { method: 'POST', body, headers })).status;
}
