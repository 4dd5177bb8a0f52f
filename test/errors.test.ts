import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../src/base/errors.js';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

/** Rows of a table whose first columns are a code and its HTTP status: | `BAD_USER_INPUT` | 400 | … */
const listed = [...readme.matchAll(/^\|\s*`([A-Z][A-Z_]+)`\s*\|\s*(\d{3})\s*\|/gm)].map(([, code, status]) => ({
  code: code!,
  status: Number(status),
}));

describe('error catalogue', () => {
  it('is listed in the README, code by code', () => {
    expect(listed.map((row) => row.code).sort()).toEqual(Object.keys(errorCatalogue).sort());
  });

  it.each(Object.entries(errorCatalogue))('%s has its HTTP status in its row', (code, { httpStatus }) => {
    expect(listed.find((row) => row.code === code)?.status).toBe(httpStatus);
  });
});
