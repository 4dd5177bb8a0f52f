import { z } from 'zod';
import type { JsonValue } from '../../base/json.js';
import type { Session } from '../../ingest/connector.js';
import { elementsAt } from '../../ingest/json-elements.js';
import { faultOfStatus } from '../../ingest/outbound-faults.js';
import type { UpstreamAnswer, UpstreamRequest } from '../../ingest/upstream.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';

export const settings = z.strictObject({
  limit: z
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(1_000)
    .describe('Rows a page; 1,000 is the most that TikMatrix gives'),
});
export type TikMatrixSettings = z.output<typeof settings>;
export type TikMatrixSession = Session<TikMatrixSettings>;

const path = '/api/v1/activity_log';
const counted = z.looseObject({ count: z.number().int().min(0) });
const created = z.looseObject({ id: z.number().int() });

/** How many rows there are. */
export async function readCount(
  { upstream }: TikMatrixSession,
  filters: UpstreamRequest['query'] = {},
): Promise<number> {
  const parsed = counted.safeParse(dataOf(await call(upstream, { path: `${path}/count`, query: filters })));
  if (!parsed.success) throw malformed('The source answered no count');
  return parsed.data.count;
}

/** A page of the list, each row in its own bytes. In which order they come is not documented. */
export async function readList(
  { upstream, settings }: TikMatrixSession,
  offset: number,
  filters: UpstreamRequest['query'] = {},
): Promise<readonly string[]> {
  const answer = await call(upstream, { path, query: { ...filters, limit: settings.limit, offset } });
  if (!Array.isArray(dataOf(answer))) throw malformed('The source answered no list of rows');
  return elementsAt(answer.text, ['data'])!;
}

/** Answers the row's number. */
export async function createRow({ upstream }: TikMatrixSession, row: object): Promise<number> {
  const parsed = created.safeParse(dataOf(await call(upstream, { method: 'POST', path, json: row })));
  if (!parsed.success) throw malformed('The source answered no id');
  return parsed.data.id;
}

/** One that is not there counts as removed. */
export async function deleteRow({ upstream }: TikMatrixSession, id: string): Promise<void> {
  const answer = await call(upstream, { method: 'DELETE', path: `${path}/${encodeURIComponent(id)}` }, [0, notFound]);
  dataOf(answer);
}

const notFound = 40401;
const envelope = z.looseObject({ code: z.number().int(), message: z.string() });

/**
 * Errors are told by the envelope's code; with which HTTP status is not documented.
 * @param accept codes that are answers.
 * @throws UpstreamError as the code says, else as the status does.
 */
async function call(
  upstream: TikMatrixSession['upstream'],
  request: UpstreamRequest,
  accept: readonly number[] = [0],
): Promise<UpstreamAnswer> {
  const answer = await upstream.call({ ...request, accept: [400, 401, 403, 404, 500] });
  const parsed = envelope.safeParse(jsonOf(answer));
  if (!parsed.success) {
    if (answer.status >= 400) throw faultOfStatus(answer.status, undefined);
    throw malformed("The source's answer is not in its envelope");
  }
  if (!accept.includes(parsed.data.code)) throw faultOfCode(parsed.data.code);
  return answer;
}

function jsonOf(answer: UpstreamAnswer): JsonValue | undefined {
  try {
    return answer.json();
  } catch (error) {
    // A proxy's page under an error's status tells of that status.
    if (answer.status >= 400) return undefined;
    throw error;
  }
}

const dataOf = (answer: UpstreamAnswer): unknown => (answer.json() as { data?: unknown }).data;

function faultOfCode(code: number): UpstreamError {
  if (code === 40301) {
    return new UpstreamError('REFUSED', 'The licence of this TikMatrix has no API; it takes Pro or more (40301)', {
      status: 403,
    });
  }
  if (code >= 50000 && code < 60000)
    return new UpstreamError('UNREACHABLE', `The source has a fault of its own (${code})`);
  if (code >= 40000 && code < 50000) {
    return new UpstreamError('REFUSED', `The source refuses what was asked (${code})`, {
      status: Math.floor(code / 100),
    });
  }
  return malformed('The source answered a code that it does not document');
}
