import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { sleep } from '../../src/base/lifecycle.js';

/** What an emulated system can be made to do wrong. */
const faultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** Answers, but only after a while. */
  z.object({ kind: z.literal('slow'), ms: z.number().int().min(0).max(120_000) }),
  /** Breaks off in the middle of an answer. */
  z.object({ kind: z.literal('cut-off') }),
  /** Announces more than it sends. */
  z.object({ kind: z.literal('wrong-length') }),
  /** A proxy's page, as status 200. */
  z.object({ kind: z.literal('html') }),
  /** A status of 200 with an error inside. */
  z.object({ kind: z.literal('error-inside') }),
  z.object({ kind: z.literal('too-many'), retryAfterSeconds: z.number().int().min(0).max(3600) }),
  z.object({ kind: z.literal('status'), status: z.number().int().min(400).max(599) }),
  /** A small answer that swells when it is decompressed. */
  z.object({ kind: z.literal('gzip-bomb'), megabytes: z.number().int().min(1).max(1024) }),
  z.object({ kind: z.literal('redirect'), to: z.string() }),
  /** Always another page. Where the system has pages. */
  z.object({ kind: z.literal('endless-pages') }),
  /** Always the same page. Where the system has pages. */
  z.object({ kind: z.literal('same-page') }),
  /** Does not answer at all: the connection is dropped. */
  z.object({ kind: z.literal('away') }),
]);
export type Fault = z.infer<typeof faultSchema>;

/** The faults by name, as a person at a terminal sets them. */
export const namedFaults = {
  none: { kind: 'none' },
  away: { kind: 'away' },
  slow: { kind: 'slow', ms: 30_000 },
  'cut-off': { kind: 'cut-off' },
  'wrong-length': { kind: 'wrong-length' },
  html: { kind: 'html' },
  'error-inside': { kind: 'error-inside' },
  'too-many': { kind: 'too-many', retryAfterSeconds: 60 },
  broken: { kind: 'status', status: 500 },
  refused: { kind: 'status', status: 401 },
  'gzip-bomb': { kind: 'gzip-bomb', megabytes: 256 },
  'endless-pages': { kind: 'endless-pages' },
  'same-page': { kind: 'same-page' },
} as const satisfies Readonly<Record<string, Fault>>;

/** What lies below is about the emulator and no part of what it emulates: no fault is met there. */
const ownPaths = '/__';
/** Where the switch is reached over HTTP: `GET` tells, `PUT` sets. */
export const faultPath = `${ownPaths}fault`;
/** Where rows are added over HTTP: `POST` takes a list of them, `GET` tells how many there are. */
export const rowsPath = `${ownPaths}rows`;

/** What an emulator does wrong now, and for how many more requests. */
export class FaultSwitch {
  #fault: Fault = { kind: 'none' };
  #left = Number.POSITIVE_INFINITY;

  /** @param requests after so many it is over. */
  set(fault: Fault, requests = Number.POSITIVE_INFINITY): void {
    this.#fault = fault;
    this.#left = requests;
  }

  get current(): Fault {
    return this.#fault;
  }

  /** The fault that one more request meets. */
  take(): Fault {
    const fault = this.#fault;
    this.#left -= 1;
    if (this.#left <= 0) this.#fault = { kind: 'none' };
    return fault;
  }
}

/** Lets every route of an emulator go wrong as the switch says. */
export function installFaults(app: FastifyInstance, faults: FaultSwitch): void {
  app.get(faultPath, async () => faults.current);
  app.put(faultPath, async (request) => {
    const parsed = faultSchema.safeParse(request.body);
    if (!parsed.success) throw Object.assign(new Error(z.prettifyError(parsed.error)), { statusCode: 400 });
    faults.set(parsed.data);
    return faults.current;
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith(ownPaths)) return;
    const fault = faults.take();
    if (fault.kind === 'slow') await sleep(fault.ms);
    else if (fault.kind === 'away') {
      // What does not arrive is not done either.
      reply.hijack();
      request.raw.socket.destroy();
    } else if (fault.kind === 'cut-off' || fault.kind === 'wrong-length') breakingOff.set(reply, fault.kind);
    else await answerWrongly(reply, fault);
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    const kind = breakingOff.get(reply);
    if (kind === undefined) return payload;
    const body = Buffer.from(String(payload));
    reply.hijack();
    reply.raw.writeHead(reply.statusCode, {
      'content-type': 'application/json',
      'content-length': kind === 'cut-off' ? body.length : body.length + 100,
    });
    reply.raw.write(kind === 'cut-off' ? body.subarray(0, body.length / 2) : body, () => reply.raw.destroy());
    return payload;
  });
}

const breakingOff = new WeakMap<FastifyReply, 'cut-off' | 'wrong-length'>();

async function answerWrongly(reply: FastifyReply, fault: Fault): Promise<unknown> {
  switch (fault.kind) {
    case 'html':
      return reply.type('text/html').send('<!doctype html><title>Gateway</title><h1>Please sign in</h1>');
    case 'error-inside':
      return reply.send({ error: 'Something went wrong', status: 500, code: 50001, message: 'internal error' });
    case 'too-many':
      return reply.code(429).header('retry-after', String(fault.retryAfterSeconds)).send({ message: 'slow down' });
    case 'status':
      return reply.code(fault.status).send({ message: 'no', secret: 'what an upstream says never leaves the gateway' });
    case 'gzip-bomb':
      return reply.header('content-encoding', 'gzip').type('application/json').send(bomb(fault.megabytes));
    case 'redirect':
      return reply.redirect(fault.to);
    default:
      return undefined;
  }
}

const megabyte = gzipSync(' '.repeat(1024 * 1024));

/** A list of one long string of spaces, in a thousandth of its size: gzip's members follow each other. */
const bomb = (megabytes: number): Buffer =>
  Buffer.concat([gzipSync('["'), ...Array.from({ length: megabytes }, () => megabyte), gzipSync('"]')]);
