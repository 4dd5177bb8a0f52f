import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The house rule: a file imports only its own folder or folders with a lower number, nothing forms a cycle,
 * no file only re-exports others, and the database driver is known to `store` alone.
 */
const layers: Record<string, number> = {
  base: 0,
  model: 1,
  store: 2,
  log: 3,
  auth: 4,
  services: 5,
  ingest: 6,
  projections: 6,
  graphql: 7,
  sources: 7,
  server: 8,
};
const top = 9;
const root = join(import.meta.dirname, '../src');

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(importPattern)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

function resolveImport(from: string, specifier: string, all: Set<string>): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = normalize(join(dirname(from), specifier));
  return [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx'), path].find((candidate) => all.has(candidate));
}

const files = sources(root);
const all = new Set(files);
const folderOf = (file: string): string | undefined => {
  const parts = relative(root, file).split('/');
  return parts.length > 1 ? parts[0] : undefined;
};
const layerOf = (file: string): number => {
  const folder = folderOf(file);
  return folder === undefined ? top : (layers[folder] ?? Number.NaN);
};

describe('layers', () => {
  it('knows every folder of src', () => {
    const unknown = files.filter((file) => Number.isNaN(layerOf(file)));
    expect(unknown.map((file) => relative(root, file))).toEqual([]);
  });

  it('imports only lower layers or the own folder', () => {
    const upward = files.flatMap((file) =>
      importsOf(file).flatMap((specifier) => {
        const target = resolveImport(file, specifier, all);
        if (!target || folderOf(file) === folderOf(target)) return [];
        if (layerOf(target) < layerOf(file)) return [];
        return [`${relative(root, file)} → ${relative(root, target)}`];
      }),
    );
    expect(upward).toEqual([]);
  });

  it('resolves every relative import to a file of src', () => {
    const dangling = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.') && !resolveImport(file, specifier, all))
        .map((specifier) => `${relative(root, file)} → ${specifier}`),
    );
    expect(dangling).toEqual([]);
  });

  it('has no import cycle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, trail: string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(file)), file].map((path) => relative(root, path)).join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const specifier of importsOf(file)) {
        const target = resolveImport(file, specifier, all);
        if (target) visit(target, [...trail, file]);
      }
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('imports the driver in store only, and no service imports another', () => {
    const driver = files.filter(
      (file) => folderOf(file) !== 'store' && importsOf(file).some((specifier) => specifier === 'mongodb'),
    );
    expect(driver.map((file) => relative(root, file))).toEqual([]);
    const services = files.filter(
      (file) =>
        folderOf(file) === 'services' &&
        importsOf(file).some((specifier) => {
          const target = resolveImport(file, specifier, all);
          return target !== undefined && folderOf(target) === 'services' && dirname(target) === join(root, 'services');
        }),
    );
    expect(services.map((file) => relative(root, file))).toEqual([]);
  });

  it('has no index files and no file called utils', () => {
    const named = files.filter((file) => /(^|\/)(index|utils?|helpers?)\.tsx?$/.test(file));
    expect(named.map((file) => relative(root, file))).toEqual([]);
  });
});
