import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PageConfig } from '../../src/server/pages/page-config.js';
import { registerPages } from '../../src/server/pages.js';
import { builtPages } from '../support/pages.js';

const config: PageConfig = { title: 'Activity Gateway', demo: true, headers: { authorization: 'Bearer demo-key' } };

let directory: string;
let app: FastifyInstance;

beforeAll(async () => {
  directory = await builtPages();
}, 120_000);
afterEach(async () => {
  await app.close();
});

async function serve(from: string): Promise<FastifyInstance> {
  app = fastify();
  await registerPages(app, { directory: from, config });
  app.get('/health/live', async () => 'ok');
  return app;
}

/** The files that the page itself names. */
async function assets(): Promise<string[]> {
  const html = await readFile(join(directory, 'index.html'), 'utf8');
  return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
}

describe('pages', () => {
  it('serves the page for asking again each time, and its files for ever', async () => {
    await serve(directory);
    const page = await app.inject('/');
    expect([page.statusCode, page.headers['content-type'], page.headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    const files = await assets();
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const answer = await app.inject({ url: file, headers: { 'accept-encoding': 'gzip' } });
      expect([file, answer.statusCode, answer.headers['cache-control'], answer.headers['content-encoding']]).toEqual([
        file,
        200,
        'public, max-age=31536000, immutable',
        'gzip',
      ]);
    }
  });

  it('allows scripts and connections of our own origin alone, and no frame around the page', async () => {
    await serve(directory);
    for (const url of ['/', (await assets())[0]!, '/graphiql/config.json']) {
      const { headers } = await app.inject(url);
      const policy = String(headers['content-security-policy']).split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "connect-src 'self'",
          "frame-ancestors 'none'",
        ]),
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
      expect(policy.find((rule) => rule.startsWith('script-src'))).not.toContain('unsafe');
    }
    const { headers } = await app.inject('/health/live');
    expect(headers['content-security-policy']).toBeUndefined();
  });

  it('holds the styles of /live to files too', async () => {
    await serve(directory);
    const { statusCode, headers } = await app.inject('/live');
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(String(headers['content-security-policy'])).toContain("default-src 'none'; script-src 'self'");
    expect(String(headers['content-security-policy'])).not.toContain('unsafe');
  });

  it.each(['index.html', 'live.html'])('has every byte of %s come from our own files', async (name) => {
    const html = await readFile(join(directory, name), 'utf8');
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(addresses.filter((address) => !/^(\/assets\/|data:|\/$|#)/.test(address))).toEqual([]);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });

  it('tells the page what to fill in', async () => {
    await serve(directory);
    const answer = await app.inject('/graphiql/config.json');
    expect(answer.json()).toEqual(config);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('leads who looks for GraphiQL by its name to where it is', async () => {
    await serve(directory);
    const { statusCode, headers } = await app.inject('/graphiql');
    expect([statusCode, headers.location]).toEqual([302, '/']);
  });

  it.each(['/assets/', '/assets/none.js', '/assets/../index.html', '/assets/%2e%2e/%2e%2e/package.json'])(
    'has nothing at %s',
    async (url) => {
      await serve(directory);
      expect((await app.inject(url)).statusCode).toBeGreaterThanOrEqual(400);
    },
  );

  it('says how to build the pages where they are not built', async () => {
    await serve(join(directory, 'nowhere'));
    for (const url of ['/', '/live']) {
      const answer = await app.inject(url);
      expect(answer.statusCode).toBe(503);
      expect(answer.body).toContain('npm run build');
    }
  });
});
