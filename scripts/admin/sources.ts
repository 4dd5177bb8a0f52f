import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../../src/base/config.js';
import { localSecrets } from '../../src/base/local-secrets.js';
import { Sealing } from '../../src/base/sealing.js';
import { Sources } from '../../src/store/sources.js';
import { type AdminContext, withAdmin } from './context.js';
import { printFields } from './output.js';

const minKeyLength = 32;

/** The key that sources' secrets are sealed with from now on: that of the settings, or the demo's own. */
async function currentKey(settings: NodeJS.ProcessEnv): Promise<string> {
  const given = settings.SOURCE_SECRET_KEY?.trim() ? settings.SOURCE_SECRET_KEY : undefined;
  if (given === undefined && settings.MONGODB_URL?.trim())
    throw new Error('SOURCE_SECRET_KEY is not set: set the new key');
  return given ?? (await localSecrets(settings.DATA_DIR?.trim() || readConfig({}).DATA_DIR)).sourceSecretKey;
}

/** Never an argument: every user of the machine can read those. */
async function oldKey(from: string, settings: NodeJS.ProcessEnv): Promise<string> {
  const key = from === '-' ? (await text(process.stdin)).replace(/\r?\n$/, '') : settings[from];
  if (!key?.trim()) throw new Error(from === '-' ? 'No key came in on the standard input' : `${from} is not set`);
  if (key.length < minKeyLength) throw new Error(`The old key must have at least ${minKeyLength} characters`);
  return key;
}

/** Runs until nothing is left to seal: gateways that still seal with the old key may be at work beside it. */
async function resealAll({ store, unscoped }: AdminContext, sealing: Sealing) {
  const sources = new Sources(store, sealing);
  const unreadable = new Set<string>();
  let secrets = 0;
  for (const workspace of await unscoped.listWorkspaces()) {
    let outcome = await sources.reseal(workspace.id);
    for (; outcome.resealed > 0; outcome = await sources.reseal(workspace.id)) secrets += outcome.resealed;
    for (const id of outcome.unreadable) unreadable.add(`${workspace.key}/${id}`);
  }
  return { secrets, unreadable: [...unreadable] };
}

async function rotate({ oldKey: from }: { readonly oldKey: string }): Promise<void> {
  const settings = { ...process.env };
  readDotenv({ processEnv: settings as Record<string, string>, quiet: true });
  const sealing = new Sealing(await currentKey(settings), await oldKey(from, settings));
  await withAdmin(async (context) => {
    const { secrets, unreadable } = await resealAll(context, sealing);
    printFields({ sealedAnew: secrets, unreadable: unreadable.length > 0 ? unreadable : undefined });
    if (unreadable.length === 0) return;
    throw new Error('Secrets of the sources above open with neither key: replace them (replaceSourceSecret)');
  });
}

export function addSourceCommands(program: Command): void {
  program
    .command('rotate-source-secrets')
    .description(
      'seal the secrets of all sources anew with SOURCE_SECRET_KEY; may be stopped and run again at any time',
    )
    .option(
      '--old-key <name>',
      'the environment variable that holds the key they were sealed with, or - for the standard input',
      'SOURCE_SECRET_KEY_PREVIOUS',
    )
    .addHelpText(
      'after',
      `
First have every gateway run with the new key as SOURCE_SECRET_KEY and the old one as SOURCE_SECRET_KEY_PREVIOUS, so that
each reads both. Then run this, and take SOURCE_SECRET_KEY_PREVIOUS away.

Example:
  npm run admin -- rotate-source-secrets
  npm run admin -- rotate-source-secrets --old-key - < old-key.txt`,
    )
    .action(rotate);
}
