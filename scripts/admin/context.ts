import { config as readDotenv } from 'dotenv';
import { readConfig } from '../../src/base/config.js';
import { CodedError } from '../../src/base/errors.js';
import { type Closeable, Closing } from '../../src/base/lifecycle.js';
import { createLogger } from '../../src/base/logger.js';
import { type Log, openLog } from '../../src/log/log.js';
import type { Viewer } from '../../src/model/viewer.js';
import type { Workspace } from '../../src/model/workspace.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { CredentialStore } from '../../src/store/credentials.js';
import { openEngine } from '../../src/store/engine/engine.js';
import { ensureSchema } from '../../src/store/schema.js';
import { UnscopedStore } from '../../src/store/unscoped.js';

/** What the commands work with: the store that the settings name, opened. */
export interface AdminContext extends Closeable {
  readonly store: Store;
  readonly log: Log;
  readonly unscoped: UnscopedStore;
  readonly credentials: CredentialStore;
  /** @throws CodedError NOT_FOUND when there is none. */
  workspace(keyOrId: string): Promise<Workspace>;
}

/** Stands for the settings' secrets, which these commands have no use for: they sign and encrypt nothing. */
const unused = '-'.repeat(32);

/** Opens the server of MONGODB_URL, or without one the demo's engine under DATA_DIR, which a running gateway shares. */
async function openAdmin(environment: NodeJS.ProcessEnv = process.env): Promise<AdminContext> {
  const settings = { ...environment };
  readDotenv({ processEnv: settings as Record<string, string>, quiet: true });
  const config = readConfig({
    TOKEN_SECRET: unused,
    SOURCE_SECRET_KEY: unused,
    ...settings,
    HOST: undefined,
    DEMO: undefined,
  });
  const logger = createLogger('fatal');
  const closing = new Closing();
  try {
    const url = config.MONGODB_URL ?? closing.add(await openOwnEngine(config.DATA_DIR, config.ENGINE)).url;
    const store = closing.add(await connectStore({ url, database: config.DATABASE }));
    await ensureSchema(store);
    const log = closing.add(openLog({ store, logger }));
    const unscoped = new UnscopedStore(store);
    // A store that was never filled is opened like any other: who forgot a setting is told where was looked.
    const place = config.MONGODB_URL ? `MONGODB_URL, database ${config.DATABASE}` : `DATA_DIR, ${config.DATA_DIR}`;
    const workspace = async (keyOrId: string): Promise<Workspace> => {
      const found = await unscoped.findWorkspace(keyOrId);
      if (found) return found;
      const hint = `looked in ${place}; "list-workspaces" shows which there are`;
      throw new CodedError('NOT_FOUND', `There is no workspace ${keyOrId}: ${hint}`);
    };
    const credentials = new CredentialStore(store);
    return { store, log, unscoped, credentials, workspace, close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

const openOwnEngine = (dataDir: string, kind: 'embedded' | 'mongod' | undefined) =>
  openEngine({ dataDir, kind, logger: createLogger('fatal'), progress: (line) => console.error(line), idleMs: 500 });

/** Runs one command in a context of its own. */
export async function withAdmin(work: (context: AdminContext) => Promise<void>): Promise<void> {
  const context = await openAdmin();
  try {
    await work(context);
  } finally {
    await context.close();
  }
}

/** Who acts when the administrator does: everything is allowed in the workspace. */
export const administrator = (workspace: Workspace): Viewer => ({
  workspaceId: workspace.id,
  credentialId: '0'.repeat(24),
  owner: 'client:administrator',
  scopes: new Set(['*']),
});
