import { type ChildProcess, fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { secretPrefixes } from './auth/secrets.js';
import { type Config, isLoopback } from './base/config.js';
import { CodedError } from './base/errors.js';
import type { Id } from './base/ids.js';
import { type Closing, deferred, sleep } from './base/lifecycle.js';
import type { LocalSecrets } from './base/local-secrets.js';
import type { Logger } from './base/logger.js';
import type { Log } from './log/log.js';

/** What a visitor of the demo may use. */
export interface DemoKeys {
  /** Bearer, every scope, belongs to a user who has entries of her own. */
  readonly apiKey: string;
  /** Basic with the workspace `demo`, and the secret of the OAuth client `demo`. */
  readonly secret: string;
  /** The secret of the OAuth client `demo-reader`, which may only read. */
  readonly readerSecret: string;
}

/** Under which name the demo's process finds its order in its environment, as JSON. */
export const demoOrderVariable = 'DEMO_ORDER';

/** What the demo's own process is told. */
export interface DemoOrder {
  readonly url: string;
  readonly database: string;
  readonly keys: DemoKeys;
  /** Seals the secrets of the sources that it connects. */
  readonly sourceSecretKey: string;
}

/** What the demo's own process tells. */
export type DemoMessage =
  | { readonly progress: string }
  /** The demo's workspace: there is something to look at. */
  | { readonly ready: Id }
  /** How many entries of its past are there so far. */
  | { readonly made: number }
  /** The number of the lease that it feeds under from now on; null: it feeds no longer. */
  | { readonly feeding: number | null };

/** On a loopback address the published keys; where others can reach the demo, keys that only its data folder knows. */
export function demoKeys(config: Config, secrets: LocalSecrets): DemoKeys {
  if (isLoopback(config.HOST)) return { apiKey: 'demo-key', secret: 'demo-secret', readerSecret: 'demo-reader-secret' };
  const derived = (kind: keyof typeof secretPrefixes, name: string): string =>
    secretPrefixes[kind] + createHmac('sha256', secrets.demoSeed).update(name).digest('base64url').slice(0, 32);
  return {
    apiKey: derived('API_KEY', 'key'),
    secret: derived('BASIC', 'secret'),
    readerSecret: derived('CLIENT', 'reader'),
  };
}

/**
 * What GraphiQL has filled in. The page is open to whoever can reach it, so it holds the published key only; a random one
 * is told in the terminal alone.
 */
export const pageAuthorization = (config: Config, keys: DemoKeys | undefined): string | undefined =>
  keys && isLoopback(config.HOST) ? `Bearer ${keys.apiKey}` : undefined;

export interface DemoParts {
  readonly config: Config;
  readonly keys: DemoKeys;
  readonly sourceSecretKey: string;
  readonly url: string;
  readonly logger: Logger;
  readonly closing: Closing;
  say(line: string): void;
}

/** From src/ as from dist/src/: the program lies beside, in the form that this file has. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const program = fileURLToPath(new URL(`../scripts/demo/main.${extension}`, import.meta.url));

/**
 * Runs the demo's data and feeder in a process of its own, which writes like any other gateway would, and starts it again
 * should it die. Resolves with its workspace once there is something to look at, and with none where it ended before.
 */
export async function runDemo(parts: DemoParts): Promise<Id | undefined> {
  const { config, keys, sourceSecretKey, url, logger, closing, say } = parts;
  const order: DemoOrder = { url, database: config.DATABASE, keys, sourceSecretKey };
  const ready = deferred<Id>();
  const stopping = new AbortController();
  if (closing.begun) return undefined;
  let child: ChildProcess | undefined;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      child = fork(program, {
        // Not among the arguments, which every user of the machine can read.
        env: { ...process.env, [demoOrderVariable]: JSON.stringify(order) },
        execArgv: extension === 'ts' ? ['--import', 'tsx'] : [],
      });
      child.on('message', (message: DemoMessage) => {
        if ('ready' in message) ready.resolve(message.ready);
        else if ('progress' in message) say(message.progress);
      });
      const [code, signal] = await once(child, 'exit');
      if (stopping.signal.aborted) return;
      logger.warn({ code, signal }, 'the demo process ended, starting another');
      await sleep(1000, stopping.signal);
    }
  })();
  closing.defer(async () => {
    stopping.abort();
    child?.kill('SIGTERM');
    const patience = setTimeout(() => child?.kill('SIGKILL'), 3000);
    await running;
    clearTimeout(patience);
  });
  return (await Promise.race([ready.promise, running])) ?? undefined;
}

export interface UntilFolded {
  /** Of all that is made from the log. */
  readonly folds: readonly string[];
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  /** After so long whoever looks at what is still being made is told so. Default: 30,000. */
  readonly patienceMs?: number;
}

/** Resolves with whether, within the time, all that is made from a workspace's log has come to where the log ends now. */
export async function untilFolded(
  { feeds, folds: places }: Pick<Log, 'feeds' | 'folds'>,
  workspaceId: Id,
  { folds, signal, patienceMs = 30_000 }: UntilFolded,
): Promise<boolean> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const reached = (async () => {
    const { seq } = await feeds.settle(workspaceId);
    while (!ending.aborted) {
      try {
        await Promise.all(folds.map((fold) => places.settle(workspaceId, fold, seq)));
        return true;
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        await sleep(100, ending);
      }
    }
    return false;
  })();
  reached.catch(() => {});
  return Promise.race([reached, sleep(patienceMs, ending).then(() => false)]);
}

/** What a newcomer reads in the terminal: where to look, and with which keys. */
export function banner(address: string, keys: DemoKeys | undefined): string {
  const lines = [`\n  Activity Gateway is ready: ${address}\n`];
  if (keys) {
    lines.push(
      '  A demo workspace, on an embedded engine. Open the address for GraphiQL, or try:',
      `    curl -s ${address}/graphql -H 'Authorization: Bearer ${keys.apiKey}' -H 'Content-Type: application/json' \\`,
      `      -d '{"query":"{ activityLogs(first: 3) { nodes { occurredAt source action user { name } } } }"}'\n`,
      '  Keys of the demo (workspace and tenant: demo)',
      `    API key, all scopes       Bearer ${keys.apiKey}`,
      `    Basic                     demo:${keys.secret}`,
      `    OAuth client              demo, secret ${keys.secret}`,
      `    OAuth client, reads only  demo-reader, secret ${keys.readerSecret}\n`,
    );
  }
  return lines.join('\n');
}
