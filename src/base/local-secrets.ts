import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a server is given in its settings, and a demo makes for itself once. */
export interface LocalSecrets {
  /** Signs access tokens. */
  readonly tokenSecret: string;
  /** Encrypts what sources' connections keep secret. */
  readonly sourceSecretKey: string;
  /** From which a demo that others can reach derives its keys. */
  readonly demoSeed: string;
}

const fileName = 'secrets.json';

/** The secrets of a data folder, made at the first call. Several processes that call at once agree on the same ones. */
export async function localSecrets(dataDir: string): Promise<LocalSecrets> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, fileName);
  const known = await read(path);
  if (known) return known;
  const made = join(dataDir, `.${fileName}.${process.pid}.${randomBytes(4).toString('hex')}`);
  const random = (): string => randomBytes(32).toString('base64url');
  const secrets: LocalSecrets = { tokenSecret: random(), sourceSecretKey: random(), demoSeed: random() };
  await writeFile(made, JSON.stringify(secrets), { mode: 0o600 });
  try {
    // A link fails where the name is taken, so the first process wins and all read its file, never half of one.
    await link(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(made, { force: true });
  }
  return (await read(path))!;
}

async function read(path: string): Promise<LocalSecrets | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LocalSecrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read; remove it to make new secrets`, { cause: error });
  }
}
