import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceStatuses, upstreamFaults } from '../../src/model/source.js';

/** The section of the README about sources, as rows of its tables without the headings. */
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const section = readme.split('\n## Sources\n')[1]!.split('\n## ')[0]!;
const rows = [...section.matchAll(/^\| ([A-Z_]+) +\|([^|]*)\|/gm)].map(
  ([, word, next]) => [word!, next!.trim()] as const,
);

it('every status and every fault stands in the README, and no other, with whether it is tried again', () => {
  const faults = Object.entries(upstreamFaults).map(([kind, { retries }]) => [kind, retries ? 'yes' : 'no']);
  expect(rows.map(([word]) => word)).toEqual([...sourceStatuses, ...Object.keys(upstreamFaults)]);
  expect(rows.slice(sourceStatuses.length)).toEqual(faults);
});
