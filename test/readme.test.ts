import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = textOf('README.md');

/** What the README's calls send, and what it shows by itself. */
const documents = [
  ...[...readme.matchAll(/'\{"query":\s*("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text!) as string),
  ...[...readme.matchAll(/-d '(\{"query": .*\})'/g)].map(([, body]) => (JSON.parse(body!) as { query: string }).query),
  ...[...readme.matchAll(/```graphql\n(.*?)```/gs)].flatMap(([, text]) => text!.split(/\n(?=query|mutation)/)),
];

/** As GitHub names a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

describe('the README', () => {
  it('shows operations that fit the schema', () => {
    const schema = buildSchema(textOf('schema/schema.graphql'));
    expect(documents.length).toBeGreaterThan(12);
    for (const document of new Set(documents))
      expect([document, validate(schema, parse(document))]).toEqual([document, []]);
  });

  it('links to what is there', () => {
    const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
    const broken = links
      .filter((link) => !link.startsWith('https://'))
      .filter((link) => (link.startsWith('#') ? !anchors.includes(link.slice(1)) : !existsSync(join(root, link))));
    expect(broken).toEqual([]);
  });

  it('names commands that there are', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const untold = Object.keys(scripts).filter((name) => !['start', 'test'].includes(name) && !named.includes(name));
    expect(untold).toEqual([]);
  });
});
