import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Emulator, installRows, startEmulator } from './emulator.js';
import type { FaultSwitch } from './faults.js';
import { HeldRows } from './held-rows.js';
import type { GivenRow } from './rows.js';

export interface TikMatrixOptions {
  readonly port?: number;
  /** Which row comes first. It is not documented. */
  readonly order?: 'newest' | 'oldest' | 'none';
  /** Below Pro there is no API. */
  readonly plan?: 'Starter' | 'Pro';
  /** Whether an error is an HTTP status as well as a code. It is not documented. */
  readonly errorsByStatus?: boolean;
  readonly nowMs?: () => number;
}

export interface TikMatrixEmulator extends Emulator {
  readonly rows: TikMatrixRows;
  /** What it does and may be changed while it runs. */
  readonly behaviour: {
    order: NonNullable<TikMatrixOptions['order']>;
    plan: 'Starter' | 'Pro';
    errorsByStatus: boolean;
  };
}

interface Held {
  readonly id: number;
  readonly value: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** An installation's table. Its numbers begin again once all rows are deleted. */
class TikMatrixRows extends HeldRows<Held> {
  #lastId = 0;

  add(...rows: readonly GivenRow[]): void {
    for (const row of rows) this.insert(row);
  }

  /** Answers the row's number. A text is answered byte for byte, with the number in front. */
  insert(row: GivenRow): number {
    this.#lastId += 1;
    const id = this.#lastId;
    const text = typeof row === 'string' ? `{"id":${id},${row.trim().slice(1)}` : JSON.stringify({ ...row, id });
    this.held.push({ id, text, value: JSON.parse(text) as Record<string, unknown> });
    return id;
  }

  delete(id: number): boolean {
    const index = this.held.findIndex((held) => held.id === id);
    if (index >= 0) this.held.splice(index, 1);
    return index >= 0;
  }

  /** As after "delete all", or a new installation. */
  reset(): void {
    this.held = [];
    this.#lastId = 0;
  }

  /** Oldest first. */
  matching(filters: Readonly<Record<string, string | undefined>>): readonly Held[] {
    const asked = Object.entries(filters).filter(([, value]) => value !== undefined);
    if (asked.length === 0) return this.held;
    return this.held.filter(({ value }) => asked.every(([name, wanted]) => value[name] === wanted));
  }
}

interface Parts {
  readonly rows: TikMatrixRows;
  readonly behaviour: TikMatrixEmulator['behaviour'];
  readonly faults: FaultSwitch;
  readonly nowMs: () => number;
}

/** TikMatrix's local API as far as the activity log goes, and whether the licence allows it. */
export async function startTikMatrix(options: TikMatrixOptions = {}): Promise<TikMatrixEmulator> {
  const { order = 'newest', plan = 'Pro', errorsByStatus = false, nowMs = Date.now } = options;
  const rows = new TikMatrixRows();
  const behaviour = { order, plan, errorsByStatus };
  const emulator = await startEmulator((app, faults) => {
    installRows(app, rows);
    registerRoutes(app, { rows, behaviour, faults, nowMs });
  }, options.port);
  return Object.assign(emulator, { rows, behaviour });
}

const filters = z.object({
  platform: z.string().optional(),
  serial: z.string().optional(),
  action_type: z.string().optional(),
});
const paging = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});
const posted = z.object({
  platform: z.string(),
  serial: z.string(),
  action_type: z.string(),
  action_detail: z.string().nullish(),
  username: z.string().nullish(),
  timestamp: z.number().int().nullish(),
});

function registerRoutes(app: FastifyInstance, parts: Parts): void {
  const { rows, behaviour, nowMs } = parts;
  const path = '/api/v1/activity_log';
  app.get('/api/v1/license/check', async (_request, reply) => {
    const isEnabled = behaviour.plan === 'Pro';
    return answer(reply, {
      plan_name: behaviour.plan,
      api_enabled: isEnabled,
      device_limit: 20,
      message: 'API access',
    });
  });
  app.addHook('preHandler', async (request, reply) => {
    if (request.url.startsWith(path) && behaviour.plan === 'Starter') {
      return refuse(parts, reply, 40301, 'API access requires Pro+ plan');
    }
    return undefined;
  });
  app.post(path, async (request, reply) => {
    const row = posted.safeParse(request.body);
    if (!row.success) return refuse(parts, reply, 40001, 'Invalid parameters');
    const { timestamp, ...said } = row.data;
    return answer(reply, { id: rows.insert({ ...said, timestamp: timestamp ?? Math.floor(nowMs() / 1000) }) });
  });
  app.get(path, async (request, reply) => list(parts, request.query, reply));
  app.get(`${path}/count`, async (request, reply) =>
    answer(reply, { count: rows.matching(filters.parse(request.query)).length }),
  );
  app.delete(`${path}/all`, async (_request, reply) => {
    rows.reset();
    return answer(reply, { deleted: true, message: 'All activity logs deleted' });
  });
  app.delete(`${path}/:id`, async (request, reply) => {
    const id = Number((request.params as { id: string }).id);
    if (!rows.delete(id)) return refuse(parts, reply, 40401, 'Resource not found');
    return answer(reply, { deleted: true, id });
  });
}

function list({ rows, behaviour, faults, ...parts }: Parts, query: unknown, reply: FastifyReply): FastifyReply {
  const asked = paging.safeParse(query);
  if (!asked.success) return refuse({ ...parts, rows, behaviour, faults }, reply, 40001, 'Invalid parameters');
  const { limit, offset } = asked.data;
  const found = ordered(rows.matching(filters.parse(query)), behaviour.order);
  const kind = faults.current.kind;
  // A table that never ends repeats its last rows.
  const last = Math.max(0, found.length - limit);
  const from = kind === 'same-page' ? 0 : kind === 'endless-pages' ? Math.min(offset, last) : offset;
  const texts = found.slice(from, from + limit).map(({ text }) => text);
  return reply.type('application/json').send(`{"code":0,"message":"success","data":[${texts.join(',')}]}`);
}

function ordered(held: readonly Held[], order: TikMatrixEmulator['behaviour']['order']): readonly Held[] {
  if (order === 'oldest') return held;
  if (order === 'newest') return held.toReversed();
  // By device, as an index might give them.
  return held.toSorted((a, b) => String(a.value.serial).localeCompare(String(b.value.serial)) || b.id - a.id);
}

const answer = (reply: FastifyReply, data: unknown): FastifyReply => reply.send({ code: 0, message: 'success', data });

const refuse = ({ behaviour }: Parts, reply: FastifyReply, code: number, message: string): FastifyReply =>
  reply.code(behaviour.errorsByStatus ? Math.floor(code / 100) : 200).send({ code, message, data: null });
