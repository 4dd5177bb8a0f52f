import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the pages as `npm run build` does, if their sources changed.
 * @returns where they lie, for `registerPages`.
 */
export async function builtPages(): Promise<string> {
  await runBuild('--pages');
  return join(root, 'dist/pages');
}

/** Runs the build in a process of its own. @returns what it printed. */
export async function runBuild(...args: string[]): Promise<string> {
  const { NODE_ENV: _ofTheTests, ...env } = process.env;
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, join(root, 'scripts/build.ts'), ...args], {
    env,
  });
  return stdout;
}
