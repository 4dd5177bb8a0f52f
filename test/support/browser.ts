import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { unpackChromium } from './chromium.js';

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors in the console, uncaught ones in the page, and answers that the content security policy refused. */
  readonly problems: string[];
}

export interface TestBrowser {
  readonly browser: Browser;
  /** Every address elsewhere that anything in the browser tried to reach, e.g. `CONNECT cdn.example:443`. */
  readonly escapes: readonly string[];
  /** A page in a context of its own: nothing is shared with other pages. */
  newPage(options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

/**
 * Opens a headless Chromium that reaches this machine's loopback addresses and nothing else. Whatever else it asks for,
 * from a page, a worker or of itself, goes to a proxy that writes it down and refuses.
 */
export async function openBrowser(): Promise<TestBrowser> {
  const escapes: string[] = [];
  const proxy = await listen(refusingProxy(escapes));
  const { executablePath, env } = await unpackChromium();
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    args: [
      '--no-sandbox',
      '--no-zygote',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
      `--proxy-server=http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  return {
    browser,
    escapes,
    newPage: async (options) => openPage(await browser.newContext(options)),
    close: async () => {
      await browser.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

async function openPage(context: BrowserContext): Promise<OpenPage> {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(`uncaught: ${error.error().message}`));
  return { page: await context.newPage(), context, problems };
}

function refusingProxy(escapes: string[]): Server {
  const server = createServer((request, response) => {
    escapes.push(`${request.method} ${request.url}`);
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    escapes.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  return server;
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
