import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Authenticate } from '../auth/authenticate.js';
import { unauthenticated } from '../auth/authorization.js';
import type { Config } from '../base/config.js';
import { badInput, CodedError } from '../base/errors.js';
import type { ExportedEntry } from '../model/exported-entry.js';
import type { Viewer } from '../model/viewer.js';
import type { ActivityLogExportService, OpenedExport } from '../services/activity-log-export.js';
import type { CredentialCheck } from './connections/credential-watch.js';
import { refuseCrossSite } from './cross-site.js';
import { acceptsGzip } from './exports/accepts-gzip.js';
import { filterOf } from './exports/filter-parameters.js';
import { type ExportFormat, exportFormats } from './exports/formats.js';

export interface ExportDoor {
  readonly config: Pick<Config, 'ALLOWED_ORIGINS' | 'MAX_EXPORTS'>;
  readonly authenticator: Authenticate & CredentialCheck;
  readonly exports: ActivityLogExportService;
  /** Says what a filter is. */
  readonly schema: GraphQLSchema;
}

/** Written at once, in characters: what a peer has not taken is at most this, one entry, and the page that it is of. */
const chunkCharacters = 64 * 1024;
/** A peer that takes nothing for so long is cut off. */
const stalledMs = 60_000;

/** `GET /export/activity-logs.ndjson` and `.csv`: what a filter describes, as long as it may be, at the pace of who reads. */
export async function registerExports(app: FastifyInstance, door: ExportDoor): Promise<void> {
  const open = new Set<FastifyReply['raw']>();
  app.addHook('preClose', async () => {
    for (const raw of open) raw.destroy();
  });
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => refuseCrossSite(request, door.config.ALLOWED_ORIGINS));
    for (const format of exportFormats) {
      scope.route({
        method: 'GET',
        url: `/export/activity-logs.${format.extension}`,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const viewer = await door.authenticator.authenticate(request.headers.authorization);
          takeSlot(open, reply, door.config.MAX_EXPORTS);
          return send(door, format, { viewer, request, reply });
        },
      });
    }
  });
}

function takeSlot(open: Set<FastifyReply['raw']>, { raw }: FastifyReply, most: number): void {
  if (open.size >= most) {
    const message = 'Too many exports are being read here; begin this one in a moment';
    throw new CodedError('RATE_LIMITED', message, undefined, { retryAfterSeconds: 5 });
  }
  if (raw.destroyed) return;
  open.add(raw);
  raw.once('close', () => open.delete(raw));
  raw.setTimeout(stalledMs, () => raw.destroy());
}

interface Asked {
  readonly viewer: Viewer;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function send(door: ExportDoor, format: ExportFormat, { viewer, request, reply }: Asked): Promise<FastifyReply> {
  const opened = await openExport(door, viewer, request);
  // What fails at once is answered as an error; later there is no way left but to break off.
  const first = await opened.pages.next();
  const texts = textsOf(opened, format, first, async () => {
    if (!(await door.authenticator.stillGood(viewer))) throw unauthenticated('The credential is not good any more');
  });
  const plain = Readable.from(texts, { objectMode: false, highWaterMark: 1 });
  reply.headers({
    'content-type': format.contentType(opened.isRest),
    'content-disposition': `attachment; filename="activity-logs.${format.extension}"`,
    'x-feed-cursor': opened.feedCursor,
    'cache-control': 'no-store',
    vary: 'accept-encoding',
  });
  if (!acceptsGzip(request.headers['accept-encoding'])) return reply.send(plain);
  const packed = pipeline(plain, createGzip(), () => {});
  return reply.header('content-encoding', 'gzip').send(packed);
}

/** @throws CodedError as the service, naming the parameter. */
async function openExport({ schema, exports }: ExportDoor, viewer: Viewer, request: FastifyRequest) {
  const parameters = request.query as Record<string, string | string[]>;
  const { after } = parameters;
  if (after !== undefined && typeof after !== 'string') throw badInput('after', 'after is given more than once');
  const filter = filterOf(schema, parameters, ['after']);
  try {
    return await exports.open(viewer, { filter, after });
  } catch (error) {
    if (!(error instanceof CodedError) || !error.field?.startsWith('filter.')) throw error;
    throw new CodedError(error.code, error.message.replaceAll('filter.', ''), error.field.slice('filter.'.length));
  }
}

async function* textsOf(
  { pages, cursorOf, isRest }: OpenedExport,
  format: ExportFormat,
  first: IteratorResult<readonly ExportedEntry[], void>,
  checkStillGood: () => Promise<void>,
): AsyncGenerator<string, void> {
  let text = isRest ? '' : format.header;
  for (let page = first; !page.done; page = await pages.next()) {
    for (const exported of page.value) {
      text += format.text(exported, cursorOf(exported.entry));
      if (text.length < chunkCharacters) continue;
      yield text;
      text = '';
    }
    await checkStillGood();
  }
  if (text !== '') yield text;
}
