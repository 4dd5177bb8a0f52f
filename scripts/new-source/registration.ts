import type { SourceNames } from './names.js';

/** A change of a file that lists sources. */
export interface Registration {
  readonly path: string;
  /** @throws Error where the file is not as it was when this was written. */
  change(text: string): string;
}

function replaced(text: string, what: string | RegExp, by: string): string {
  const changed = text.replace(what, by);
  if (changed === text) throw new Error(`Could not register the source: ${what} is not where it was`);
  return changed;
}

/** Where a new source is listed. Registries are lists in the code, so that the compiler knows every source. */
export const registrations = ({ folder, value, type, system }: SourceNames): readonly Registration[] => [
  {
    path: 'src/model/source-system.ts',
    change: (text) => replaced(text, "'GATEWAY'] as const", `'${system}', 'GATEWAY'] as const`),
  },
  {
    path: 'src/graphql/source-system.enum.ts',
    change: (text) => replaced(text, '  GATEWAY:', `  ${system}: '${type}.',\n  GATEWAY:`),
  },
  {
    path: 'src/sources/connectors.ts',
    change: (text) => {
      const listed = replaced(text, /const listed = \[(.*)\];/, `const listed = [$1, ${value}Connector];`);
      return replaced(
        listed,
        '\nconst listed',
        `import { ${value}Connector } from './${folder}/connector.js';\n\nconst listed`,
      );
    },
  },
  {
    path: 'test/sources/suite/kits.ts',
    change: (text) => {
      const kit = `${folder.replaceAll('-', '')}Kit`;
      const listed = replaced(text, /\n\]\);\n/, `\n  ['${system}', ${kit}],\n]);\n`);
      return replaced(listed, '\nconst kits', `import { ${kit} } from './${folder}-kit.js';\n\nconst kits`);
    },
  },
];
