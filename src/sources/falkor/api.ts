import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SecretDescription, Session } from '../../ingest/connector.js';
import { malformed, UpstreamError } from '../../ingest/upstream-error.js';
import { type AnswerParts, answerParts } from './answer.js';

export const settings = z.strictObject({
  pathways: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(200)
    .describe('The pathways that are read, by ID or by name; a name must be that of one pathway only'),
});
export type FalkorSettings = z.output<typeof settings>;
export type FalkorSession = Session<FalkorSettings>;

export const webhookSecret = 'webhookSecret';

export const secrets: readonly SecretDescription[] = [
  {
    name: 'token',
    isRequired: true,
    meaning: 'The Base64 token from the file that the API Manager gives; the same file names the base endpoint',
  },
  { name: webhookSecret, isRequired: false, meaning: 'What the platform signs its webhooks with' },
];

/** A pathway as it stands, each part in its own bytes. */
export interface ReadPathway extends AnswerParts {
  readonly pathway: string;
  /** The same while nothing of it has changed. */
  readonly hash: string;
}

const answerShape = z.looseObject({
  status: z.string(),
  data: z.array(z.unknown()),
  hash: z.string().min(1).optional(),
});

/**
 * `POST /v1/logs/pathway-logs`: every activity of one pathway with how far each enrolled user is, all at once; there are no
 * pages.
 * @throws UpstreamError REFUSED where it answers nothing for this name.
 */
export async function readPathway(
  { upstream, secrets: { token } }: FalkorSession,
  pathway: string,
): Promise<ReadPathway> {
  const answer = await upstream.call({
    method: 'POST',
    path: '/v1/logs/pathway-logs',
    headers: { authorization: `Basic ${token}` },
    json: { pathway },
  });
  const parsed = answerShape.safeParse(answer.json());
  if (!parsed.success) throw malformed('The source answered no logs of a pathway');
  if (parsed.data.status !== 'success') throw malformed('The source answers with an error where its status says none');
  const parts = answerParts(answer.text);
  // What it answers for a pathway that it does not know is not documented. Nobody is to be taken for gone by it.
  if (parts.pathways === 0) throw new UpstreamError('REFUSED', 'The source knows no pathway of a name in its settings');
  if (parts.pathway === undefined) throw malformed('The source answered logs and does not say of which pathway');
  if (parts.pathways > 1)
    throw new UpstreamError('REFUSED', 'Several pathways of the source have a name in its settings');
  const hash = parsed.data.hash ?? createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { ...parts, pathway: parts.pathway, hash };
}
