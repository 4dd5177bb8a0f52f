import { createHash } from 'node:crypto';
import { z } from 'zod';
import { startEmulator } from '../../scripts/upstreams/emulator.js';
import type { Connector, IngestedRow } from '../../src/ingest/connector.js';
import { elementsAt } from '../../src/ingest/json-elements.js';
import { malformed, UpstreamError } from '../../src/ingest/upstream-error.js';

/** A made-up system that lists numbered rows, oldest first: the smallest that one can read. */
export interface NumberedRow {
  readonly n: number;
  readonly who: string;
  readonly text: string;
}

export const startNumbers = async (rows: NumberedRow[]) =>
  startEmulator((app, faults) => {
    app.get('/rows', async (request, reply) => {
      if (request.headers.authorization !== 'Bearer right') return reply.code(401).send({});
      const { after = '0', limit = '10' } = request.query as Record<string, string>;
      const kind = faults.current.kind;
      const from = kind === 'same-page' ? 0 : Number(after);
      const page = rows.filter(({ n }) => n > from).slice(0, Number(limit));
      const endless = kind === 'endless-pages' || kind === 'same-page';
      return {
        rows: page,
        more: endless || rows.some(({ n }) => n > (page.at(-1)?.n ?? from)),
        next: Number(after) + page.length,
      };
    });
  });

const Page = z.object({ rows: z.array(z.unknown()), more: z.boolean(), next: z.number() });
const Row = z.looseObject({ n: z.number(), who: z.string(), text: z.string() });

export const numbersConnector: Connector<{ limit: number }> = {
  system: 'THRIVE',
  title: 'Numbers',
  settings: z.strictObject({ limit: z.number().int().min(1).default(10) }),
  secrets: [{ name: 'token', isRequired: true, meaning: 'What lets one in' }],
  test: async (session) => {
    await read(session, 0);
  },
  async pull(session, checkpoint) {
    const after = Number(checkpoint?.after ?? 0);
    const { page, text } = await read(session, after);
    const rows = elementsAt(text, ['rows'])!.map(toRow);
    return {
      rows,
      checkpoint: { after: page.next },
      isCaughtUp: !page.more,
      coveredUntil: page.more ? undefined : session.now,
    };
  },
};

type NumbersSession = Parameters<NonNullable<typeof numbersConnector.pull>>[0];

async function read({ upstream, secrets, settings }: NumbersSession, after: number) {
  const answer = await upstream.call({
    path: '/rows',
    query: { after, limit: settings.limit },
    headers: { authorization: `Bearer ${secrets.token}` },
  });
  const page = Page.safeParse(answer.json());
  if (!page.success) throw malformed('The source answered no page of rows');
  return { page: page.data, text: answer.text };
}

function toRow(native: string): IngestedRow {
  const { n, who, text, ...others } = Row.parse(JSON.parse(native));
  if (!Number.isInteger(n)) throw new UpstreamError('MALFORMED', 'no number');
  return {
    nativeKey: String(n),
    contentHash: createHash('sha256').update(native).digest('hex'),
    entry: {
      nativeId: String(n),
      action: 'counted',
      actionClass: 'OTHER',
      occurredAtMicros: 1_700_000_000_000_000 + n * 1_000_000,
      summary: text,
      tags: [],
      native,
    },
    actor: { kind: 'USER', nativeId: who },
    drift: Object.keys(others),
  };
}

export const numberedRows = (count: number, from = 1): NumberedRow[] =>
  Array.from({ length: count }, (_, index) => ({ n: from + index, who: `p${index % 3}`, text: `row ${from + index}` }));
