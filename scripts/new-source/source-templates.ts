import type { SourceNames } from './names.js';

/** The files of a source's own folder, by name. What is to be written throws an error that begins with "write". */
export const sourceTemplates = (names: SourceNames): Readonly<Record<string, string>> => ({
  'payload.ts': payload(names),
  'mapping.ts': mapping(names),
  'rows.ts': rows(names),
  'connector.ts': connector(names),
  'facade.ts': facade(names),
  'README.md': readme(names),
});

const payload = ({ type }: SourceNames): string => `import { isJsonObject, type JsonValue } from '../../base/json.js';

/** What of a row we rely on; everything else may be absent or null. */
export interface ${type}Row {
  readonly id: string;
  readonly [field: string]: JsonValue | undefined;
}

/** The row that a text holds; undefined where it is none. */
export function readRow(native: string): ${type}Row | undefined {
  const value: unknown = JSON.parse(native);
  return isJsonObject(value) && typeof value.id === 'string' ? (value as unknown as ${type}Row) : undefined;
}
`;

const mapping = ({
  folder,
  type,
}: SourceNames): string => `import type { IngestedRow } from '../../ingest/connector.js';
import type { ActivityLog } from '../../model/activity-log.js';
import type { ${type}Row } from './payload.js';

/** A row as an entry. Nothing is invented: what the row does not say is absent; \`native\` is its text, byte for byte. */
export function fromNative(_row: ${type}Row, _native: string): Pick<IngestedRow, 'entry' | 'actor'> {
  throw new Error('write src/sources/${folder}/mapping.ts: fromNative, which typed fields a row bears out');
}

/** The way back: the row's text, equal to what it was made from. */
export function toNative(_entry: ActivityLog): string {
  throw new Error('write src/sources/${folder}/mapping.ts: toNative, how an entry is said in the words of this system');
}
`;

const rows = ({ folder }: SourceNames): string => `import type { IngestedRow } from '../../ingest/connector.js';
import { contentHashOf } from '../../services/activity-logs/canonical.js';
import { unknownFields } from '../page-rows.js';
import { fromNative } from './mapping.js';
import { readRow } from './payload.js';

/** Every field that the system is known to give. */
const knownFields = new Set(['id']);

/** A row as an entry of the log; a text that is none answers why. */
export function toRow(native: string): IngestedRow | string {
  const row = readRow(native);
  if (!row) return 'no row: it has no id';
  return { nativeKey: row.id, contentHash: contentHash(row), ...fromNative(row, native), drift: unknownFields(row, knownFields) };
}

/** Over what the system never changes of a row once it is there. */
function contentHash(row: object): string {
  if (knownFields.size < 2) throw new Error('write src/sources/${folder}/rows.ts: the known fields, and which of them never change');
  return contentHashOf(row);
}
`;

const connector = ({ folder, value, type, system }: SourceNames): string => `import { z } from 'zod';
import type { Checkpoint, Connector, PullStep, Session } from '../../ingest/connector.js';
import { elementsAt } from '../../ingest/json-elements.js';
import { malformed } from '../../ingest/upstream-error.js';
import { pageRows } from '../page-rows.js';
import { toRow } from './rows.js';

const settings = z.strictObject({
  limit: z.number().int().min(1).max(1_000).default(100).describe('Rows a page'),
});
export type ${type}Settings = z.output<typeof settings>;

/** How ${type} is read. It holds no state: what it must remember from one step to the next is its checkpoint. */
export const ${value}Connector: Connector<${type}Settings> = {
  system: '${system}',
  title: '${type}',
  settings,
  secrets: [{ name: 'token', isRequired: true, meaning: 'An access token' }],
  test: async (session) => {
    await readPage(session, '');
  },
  pull,
};

async function pull(session: Session<${type}Settings>, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const after = typeof checkpoint?.after === 'string' ? checkpoint.after : '';
  const { texts, next } = await readPage(session, after);
  const isCaughtUp = next === undefined;
  return {
    ...pageRows(texts, toRow),
    checkpoint: { after: next ?? after },
    isCaughtUp,
    coveredUntil: isCaughtUp ? session.now : undefined,
  };
}

const pageAnswer = z.looseObject({ rows: z.array(z.unknown()), next: z.string().nullish() });

/** One page, each row in its own bytes. */
async function readPage({ upstream, secrets, settings }: Session<${type}Settings>, after: string) {
  const answer = await upstream.call({
    path: path(),
    query: { after, limit: settings.limit },
    headers: { authorization: \`Bearer \${secrets.token}\` },
  });
  const parsed = pageAnswer.safeParse(answer.json());
  if (!parsed.success) throw malformed('The source answered no page of rows');
  return { texts: elementsAt(answer.text, ['rows'])!, next: parsed.data.next ?? undefined };
}

function path(): string {
  throw new Error('write src/sources/${folder}/connector.ts: where its rows are listed, in which order, and how one goes on');
}
`;

const facade = ({ folder, type }: SourceNames): string => `import type { FastifyInstance } from 'fastify';

/** Serves the documented API of ${type}. Joined in gateway.ts once it is written; see the other façades for its frame. */
export async function register${type}Facade(_app: FastifyInstance): Promise<void> {
  throw new Error('write src/sources/${folder}/facade.ts: the routes that its documentation names');
}
`;

const readme = ({ type, system }: SourceNames): string => `# ${type}

What ${type} is, and what its activity log holds.

## The connector

How its rows are read: order, pages, what a look costs, what it cannot tell (deletions, say).

| Setting | Default |          |
| ------- | ------- | -------- |
| \`limit\` | 100     | Rows a page |

| Secret  |                 |
| ------- | --------------- |
| \`token\` | An access token |

## What a row becomes

| Field | In the log (\`${system}\`) |
| ----- | ------------------- |
| \`id\`  | \`nativeId\`          |
`;
