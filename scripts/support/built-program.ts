import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildServer } from '../build-server.js';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
let built: Promise<number> | undefined;

/**
 * A program of ours as `npm start` has it: built, since to compile it at each start takes longer than what most are
 * started for.
 * @param source e.g. `scripts/admin.ts`.
 * @returns the file to start, which needs no loader.
 */
export async function builtProgram(source: string): Promise<string> {
  built ??= buildServer(dist);
  await built;
  return join(dist, source.replace(/\.ts$/, '.js'));
}
