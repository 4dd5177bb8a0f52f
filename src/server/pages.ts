import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { PageConfig } from './pages/page-config.js';

export interface PagesOptions {
  /** Where the built pages lie: `dist/pages`. */
  readonly directory: string;
  readonly config: PageConfig;
}

/** The editor makes its colours into style elements as it runs, so styles cannot be held to files; scripts are. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** This page needs no style but its files'. */
const livePolicy = contentSecurityPolicy.replace(" 'unsafe-inline'", '').replace("worker-src 'self'; ", '');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const oneYearMs = 365 * 24 * 3600 * 1000;

/**
 * Serves GraphiQL at `/`, to which `/graphiql` leads, the log as it happens at `/live`, their files under `/assets/` and
 * what both ask for first at `/graphiql/config.json`.
 * Their headers are of these routes only. Without built pages both say (503) how to build them.
 */
export async function registerPages(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const built = existsSync(join(options.directory, 'index.html'));
  await app.register(async (pages) => {
    pages.addHook('onRequest', async (_request, reply) => {
      reply.headers(securityHeaders);
    });
    pages.get('/graphiql/config.json', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return options.config;
    });
    pages.get('/graphiql', async (_request, reply) => reply.redirect('/'));
    if (!built) {
      for (const path of ['/', '/live']) {
        pages.get(path, async (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(notBuilt));
      }
      return;
    }
    await pages.register(fastifyStatic, {
      root: join(options.directory, 'assets'),
      prefix: '/assets/',
      index: false,
      dotfiles: 'deny',
      preCompressed: true,
      // A file's name holds the hash of what is in it.
      immutable: true,
      maxAge: oneYearMs,
    });
    pages.get('/', async (_request, reply) => {
      reply.header('cache-control', 'no-cache');
      return reply.sendFile('index.html', options.directory, { cacheControl: false });
    });
    pages.get('/live', async (_request, reply) => {
      reply.headers({ 'cache-control': 'no-cache', 'content-security-policy': livePolicy });
      return reply.sendFile('live.html', options.directory, { cacheControl: false });
    });
  });
}

const notBuilt = `<!doctype html>
<html lang="en">
<title>The pages are not built</title>
<h1>The pages are not built</h1>
<p>Run <code>npm run build</code> and start the gateway again. The API itself is at <code>POST /graphql</code>.</p>
</html>
`;
