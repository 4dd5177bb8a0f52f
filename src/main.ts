import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { config as loadEnvFile } from 'dotenv';

import { type Config, ConfigError, isExplaining, readConfig } from './base/config.js';
import { Closing } from './base/lifecycle.js';
import { localSecrets } from './base/local-secrets.js';
import { createLogger, type Logger } from './base/logger.js';
import { isTraced } from './base/tracing.js';
import { banner, demoKeys, pageAuthorization, runDemo, untilFolded } from './demo.js';
import { createGateway } from './gateway.js';
import { projectionsOf } from './projections/projections.js';
import { backlog } from './server/http.js';
import { connectStore, StoreOpeningError } from './store/connect.js';
import { openEngine } from './store/engine/engine.js';
import { EngineError } from './store/engine/engine-error.js';
import { ensureSchema } from './store/schema.js';

/** Built by `npm run build`; beside this file once it is built itself. */
const pagesDirectory = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/pages' : '../pages', import.meta.url),
);

/** For the person at the terminal; the structured log goes on beside it. */
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function start(config: Config, logger: Logger, closing: Closing): Promise<void> {
  const secrets = config.demoMode ? await localSecrets(config.DATA_DIR) : undefined;
  const url = config.MONGODB_URL ?? (await startEngine(config, logger, closing));
  const store = closing.add(
    await connectStore({ url, database: config.DATABASE, monitorCommands: isExplaining(config) || isTraced() }),
  );
  await ensureSchema(store);
  const keys = secrets && demoKeys(config, secrets);
  const pages = { directory: pagesDirectory, authorization: pageAuthorization(config, keys) };
  const tokenSecret = (config.TOKEN_SECRET ?? secrets?.tokenSecret)!;
  const sourceSecretKey = (config.SOURCE_SECRET_KEY ?? secrets?.sourceSecretKey)!;
  const deps = { store, logger, tokenSecret, sourceSecretKey, pages };
  const gateway = closing.add(await createGateway(config, deps));
  const address = await gateway.app.listen({ host: config.HOST, port: config.PORT, backlog });
  if (keys) {
    const workspaceId = await runDemo({ config, keys, sourceSecretKey, url, logger, closing, say });
    const stopping = new AbortController();
    closing.defer(async () => stopping.abort());
    const folds = projectionsOf(store).map(({ name }) => name);
    if (workspaceId) await untilFolded(gateway.log, workspaceId, { folds, signal: stopping.signal });
  }
  if (!closing.begun) say(banner(address, keys));
}

async function startEngine(config: Config, logger: Logger, closing: Closing): Promise<string> {
  const engine = await openEngine({ dataDir: config.DATA_DIR, kind: config.ENGINE, progress: say, logger });
  closing.add(engine);
  return engine.url;
}

/** Stops accepting, finishes what is under way, closes all, and lets the process end by itself. */
function stopOnSignal(closing: Closing, logger: Logger): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      logger.info({ signal }, 'stopping');
      closing.close().then(
        () => logger.info('stopped'),
        (error) => {
          logger.error({ err: error }, 'could not stop cleanly');
          process.exitCode = 1;
        },
      );
    });
  }
}

loadEnvFile({ quiet: true });
const closing = new Closing();
try {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  stopOnSignal(closing, logger);
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, 'an error that nobody handled');
    process.exit(1);
  });
  await start(config, logger, closing);
} catch (error) {
  // Told to stop while starting: what was still being opened fails because the rest is closed.
  if (!closing.begun) fail(error);
  await closing.close();
}

function fail(error: unknown): void {
  // What the system refuses (a port in use, a folder that is a file) says enough by itself.
  const ofSystem = error instanceof Error && 'syscall' in error;
  const expected = ofSystem || [ConfigError, EngineError, StoreOpeningError].some((kind) => error instanceof kind);
  say(expected ? (error as Error).message : String((error as Error).stack));
  process.exitCode = 1;
}
