import type { SourceNames } from './names.js';

/** The files beside a source's folder, by path from the root. */
export const testTemplates = (names: SourceNames): Readonly<Record<string, string>> => ({
  [`test/fixtures/${names.folder}/rows.json`]: '[]\n',
  [`scripts/upstreams/${names.folder}.ts`]: emulator(names),
  [`test/sources/suite/${names.folder}-kit.ts`]: kit(names),
});

const emulator = ({ folder, type }: SourceNames): string => `import type { FastifyReply } from 'fastify';
import { type EmulatedRows, type Emulator, installRows, startEmulator } from './emulator.js';
import { type GivenRow, textOf } from './rows.js';

class ${type}Rows implements EmulatedRows {
  readonly texts: string[] = [];

  get count(): number {
    return this.texts.length;
  }

  add(...rows: readonly GivenRow[]): void {
    this.texts.push(...rows.map(textOf));
  }
}

export interface ${type}Emulator extends Emulator {
  readonly rows: ${type}Rows;
}

/** ${type} as its documentation says it behaves, with its quirks. */
export async function start${type}(port = 0): Promise<${type}Emulator> {
  const rows = new ${type}Rows();
  const emulator = await startEmulator((app) => {
    installRows(app, rows);
    app.get('/*', async (_request, reply): Promise<FastifyReply> =>
      // Its lists, errors and credentials; \`faults.current\` for endless-pages and same-page.
      reply.code(404).send({ message: 'write scripts/upstreams/${folder}.ts: the calls that its documentation names' }),
    );
  }, port);
  return Object.assign(emulator, { rows });
}
`;

const kit = ({ folder, type }: SourceNames): string => `import fc from 'fast-check';
import { start${type} } from '../../../scripts/upstreams/${folder}.js';
import { toNative } from '../../../src/sources/${folder}/mapping.js';
import { toRow } from '../../../src/sources/${folder}/rows.js';
import type { SourceKit } from './kit.js';

const write = (what: string): never => {
  throw new Error(\`write test/sources/suite/${folder}-kit.ts: \${what}\`);
};

export const ${folder.replaceAll('-', '')}Kit: SourceKit = {
  fixtures: ['${folder}/rows.json'],
  noRows: ['null', '[]', '{}'],
  anyRow: fc.constant(null).map(() => write('anyRow, any row that the system may give')),
  toRow,
  back: toNative,
  row: () => write('row, the n-th row at a time'),
  rowHolding: () => write('rowHolding, a row with an open value in it'),
  start: async () => {
    const emulator = await start${type}();
    return { emulator, rows: emulator.rows, settings: {}, secrets: { token: 'right' }, wrongSecrets: { token: 'wrong' } };
  },
};
`;
