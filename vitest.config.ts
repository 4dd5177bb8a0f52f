import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

export default defineConfig({
  // Two copies of graphql in one process refuse each other's types; pin every import to the same file.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes when it comes, on a machine that has much else to do, too.
    expect: { poll: { timeout: 30_000 } },
    // One more than the cores of a small machine: what is waited for takes a good part of the time.
    maxWorkers: 3,
    // What the files load is loaded once for each worker: to load it for each file took a fifth of a run's time. A file
    // puts back what it sets in its process; spies are restored for it.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: ['default'],
  },
});
