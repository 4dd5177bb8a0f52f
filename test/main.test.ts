import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { builtProgram } from '../scripts/support/built-program.js';
import { connectStore } from '../src/store/connect.js';

const program = await builtProgram('src/main.ts');
const secrets = { TOKEN_SECRET: 't'.repeat(40), SOURCE_SECRET_KEY: 's'.repeat(40) };
const database = `test_main_${process.pid}`;

afterAll(async () => {
  const store = await connectStore({ url: inject('mongodbUrl'), database });
  await store.db.dropDatabase();
  await store.close();
});

/** The gateway's process, as `npm start` runs it. */
class Started {
  readonly #child: ChildProcess;
  #said = '';
  readonly ended: Promise<number | null>;

  constructor(env: Record<string, string>) {
    const { PATH, HOME } = process.env;
    this.#child = spawn(process.execPath, ['--enable-source-maps', program], {
      env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'silent', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr!.on('data', (data: Buffer) => {
      this.#said += data;
    });
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
    onTestFinished(async () => {
      this.#child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** What it told the person at the terminal. */
  get said(): string {
    return this.#said;
  }

  /** Resolves once it has said so. @throws when it ends without. */
  async says(text: string): Promise<void> {
    while (!this.#said.includes(text)) {
      const next = once(this.#child.stderr!, 'data').then(() => true);
      if (!(await Promise.race([next, this.ended.then(() => false)]))) throw new Error(`It only said: ${this.#said}`);
    }
  }

  /** Answers its exit code. */
  terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}

describe('the process', () => {
  it('ends with 0 when it is told to', async () => {
    const gateway = new Started({ MONGODB_URL: inject('mongodbUrl'), DATABASE: database, ...secrets });
    await gateway.says('is ready');
    expect(await gateway.terminate()).toBe(0);
  });

  it('ends with 0 also while it starts, and does not say afterwards that it is ready', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'main-test-'));
    const gateway = new Started({ DATA_DIR: dataDir });
    await gateway.says("Making the demo's data");
    expect(await gateway.terminate()).toBe(0);
    expect(gateway.said).not.toContain('is ready');
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 200 });
  });

  it.each([
    ['mongodb://somebody:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=1', 'does not answer'],
    ['mongodb://somebody:hunter2@', 'does not take it'],
  ])('says in one line why it cannot use %s, without the password', async (url, why) => {
    const gateway = new Started({ MONGODB_URL: url, ...secrets });
    expect(await gateway.ended).toBe(1);
    expect(gateway.said.trim()).toMatch(/^MONGODB_URL: [^\n]*$/);
    expect(gateway.said).toContain(why);
    expect(gateway.said).not.toContain('hunter2');
  });
});
