import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const here = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'new-source-'));
const tsx = (...args: string[]) => run(process.execPath, ['--import', 'tsx', ...args], { cwd: here });

beforeAll(() => {
  for (const part of [
    'src',
    'test',
    'scripts',
    'schema',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'codegen.ts',
  ]) {
    cpSync(join(here, part), join(root, part), { recursive: true });
  }
  symlinkSync(join(here, 'node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** The generated source's part of the suite, and what came of it. */
async function suite(): Promise<Report['testResults'][number]['assertionResults']> {
  const output = join(root, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const files = ['test/sources/suite/suite-mapping.test.ts', 'test/sources/suite/suite-steps.test.ts'];
  // It fails, as it should; what it says is in the report.
  await run(process.execPath, [vitest, 'run', ...files, '-t', 'ACME_ONE', '--reporter=json', '--outputFile', output], {
    cwd: root,
    env: { ...process.env, VITEST: undefined, NODE_ENV: undefined },
  }).catch(() => {});
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
  expect(testResults.map(({ message }) => message).filter(Boolean)).toEqual([]);
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'skipped' && status !== 'pending');
}

describe('npm run new-source', () => {
  it('makes a source whose suite runs and says what is still to be written', { timeout: 300_000 }, async () => {
    const { stdout } = await tsx('scripts/new-source.ts', 'acme-one', '--root', root);
    for (const file of ['connector', 'facade', 'mapping', 'payload', 'rows'])
      expect(stdout).toContain(`src/sources/acme-one/${file}.ts`);
    const results = await suite();
    expect(results.length).toBeGreaterThan(10);
    const failed = results.filter(({ status }) => status === 'failed');
    const unhelpful = failed.filter(
      ({ failureMessages = [] }) => !/write (src|test|scripts)\//.test(failureMessages.join()),
    );
    expect(unhelpful.map(({ fullName, failureMessages }) => [fullName, failureMessages])).toEqual([]);
    for (const what of [
      'test/fixtures/acme-one',
      'test/sources/suite/acme-one-kit.ts',
      'src/sources/acme-one/connector.ts',
    ]) {
      expect(
        failed.some(({ failureMessages = [] }) => failureMessages.join().includes(`write ${what}`)),
        what,
      ).toBe(true);
    }
  });

  it('leaves a project that compiles', { timeout: 300_000 }, async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    // What it remembers lies among the packages, which this copy shares with the project.
    await run(process.execPath, [compiler, '--noEmit', '--incremental', 'false', '-p', root], { cwd: root });
  });

  it('refuses a name that is taken or none, and changes nothing', async () => {
    await expect(tsx('scripts/new-source.ts', 'thrive', '--root', root)).rejects.toThrow('exists already');
    await expect(tsx('scripts/new-source.ts', '../x', '--root', root)).rejects.toThrow('lower-case words');
  });
});
