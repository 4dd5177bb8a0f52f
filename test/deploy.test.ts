import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingNames } from '../src/base/config.js';
import { startGateway, type TestGateway } from './support/gateway.js';

const root = join(import.meta.dirname, '..');
const textOf = (name: string): string => readFileSync(join(root, name), 'utf8');
const { dependencies } = JSON.parse(textOf('package.json')) as { dependencies: Record<string, string> };

/** What a module imports that is no file of ours. */
const imports = /^(?:import|export)\s[^;'"]*?from\s*'([@\w][^']*)'|import\s*\(?\s*'([@\w][\w./@-]*)'/gm;

/** Every instruction of the Dockerfile, its continued lines joined. */
const instructions = textOf('Dockerfile')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

describe('Dockerfile', () => {
  it('copies what is there, and what is sent to the builder', () => {
    const sent = textOf('.dockerignore').match(/(?<=^!).+$/gm)!;
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    expect([...new Set(copied)].sort()).toEqual(sent.sort());
  });

  it('leaves the tools of building behind, and runs as nobody special', () => {
    expect(instructions.filter((line) => line.startsWith('FROM ')).length).toBeGreaterThan(1);
    expect(lastStage.filter((line) => line.startsWith('RUN '))).toEqual([]);
    expect(lastStage.at(-1)).toBe('CMD ["node", "--enable-source-maps", "dist/src/main.js"]');
    expect(lastStage).toContain('USER node');
  });

  describe('its health check', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startGateway();
    });
    afterAll(() => gateway.close());

    /** The exit code of the very command. */
    const check = (port: string): Promise<number> => {
      const [, list] = /CMD (\[.*\])/.exec(lastStage.find((line) => line.startsWith('HEALTHCHECK'))!)!;
      const [, ...args] = JSON.parse(list!) as string[];
      return new Promise((resolve) => {
        execFile(process.execPath, args, { env: { PORT: port } }, (error) => resolve(Number(error?.code ?? 0)));
      });
    };

    it('is content while the gateway is ready, and not else', async () => {
      expect(await check(new URL(gateway.url).port)).toBe(0);
      expect(await check('1')).toBe(1);
    });
  });
});

describe('compose.yaml', () => {
  it('gives the gateway settings that there are, and all that it must have', () => {
    const [, block] = /\n {4}environment:\n((?: {6}.*\n)+)/.exec(textOf('compose.yaml'))!;
    const given = [...block!.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name!);
    expect(given.filter((name) => !settingNames.includes(name))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining(['MONGODB_URL', 'TOKEN_SECRET', 'SOURCE_SECRET_KEY']));
  });

  it('names each member of the replica set where it is joined and where it is used', () => {
    const text = textOf('compose.yaml');
    for (const name of ['mongo1', 'mongo2', 'mongo3']) {
      expect(text).toMatch(new RegExp(`mongodb://[^ ]*${name}`));
      expect(text).toMatch(new RegExp(`^ {2}${name}:\n {4}<<: \\*member$`, 'm'));
      expect(text).toContain(`'${name}'`);
    }
  });
});

describe('dependencies', () => {
  it('have a reason each in the README', () => {
    const [, table] = /### What it stands on\n[\s\S]*?\n((?:\|.*\n)+)/.exec(textOf('README.md'))!;
    const rows = [...table!.matchAll(/^\| `([^`]+)` +\| (.+) \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(dependencies).sort());
    for (const [, name, reason] of rows) expect([name, reason!.length > 5]).toEqual([name, true]);
  });

  it('are all that runs: nothing of the gateway or its commands imports a tool of building', () => {
    const folders = ['src', 'scripts/admin', 'scripts/demo', 'scripts/upstreams'];
    const below = (folder: string): string[] =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
    const files = ['scripts/admin.ts', ...folders.flatMap(below)].filter((file) => file.endsWith('.ts'));
    const pages = /^src\/server\/pages\//;
    const imported = files
      .filter((file) => !pages.test(file))
      .flatMap((file) => [...textOf(file).matchAll(imports)].map((match) => (match[1] ?? match[2])!))
      .filter((name) => !name.startsWith('node:'))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    const missing = [...new Set(imported)].filter((name) => !(name in dependencies));
    // Types alone, which are gone once it is built.
    expect(missing.filter((name) => name !== '@graphql-typed-document-node/core')).toEqual([]);
    expect(imported.length).toBeGreaterThan(100);
    // And nothing is installed to run that only tests, benchmarks or another package's own demands would name.
    const demanded = ['class-validator'];
    const unused = Object.keys(dependencies).filter((name) => !imported.includes(name));
    expect(unused).toEqual(demanded);
  });
});
