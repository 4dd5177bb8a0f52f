import { z } from 'zod';
import type { Id } from '../../src/base/ids.js';
import type { GatewayDeps } from '../../src/gateway.js';
import type { Connector } from '../../src/ingest/connector.js';
import { describe } from '../../src/ingest/description.js';
import type { Source, SourceDescription } from '../../src/model/source.js';
import type { Store } from '../../src/store/connect.js';
import { type SourceStateChange, SourceStates } from '../../src/store/source-states.js';

const test = async (): Promise<void> => {};
const pull: Connector['pull'] = async () => ({ rows: [], checkpoint: {}, isCaughtUp: true });

const learning: Connector<{ tenant: string; pageSize: number }> = {
  system: 'THRIVE',
  title: 'Thrive',
  defaultBaseUrl: 'https://thrive.example',
  settings: z.object({
    tenant: z.string().describe('The tenant to read.'),
    pageSize: z.number().int().min(1).max(500).default(100),
  }),
  secrets: [
    { name: 'clientSecret', isRequired: true, meaning: 'The secret of the API client.' },
    { name: 'webhookSecret', isRequired: false, meaning: 'Signs deliveries.' },
  ],
  test,
  pull,
  receive: { secret: 'webhookSecret', verify: () => true, read: () => ({ rows: [] }) },
};

const devices: Connector<object> = {
  system: 'TIKMATRIX',
  title: 'TikMatrix',
  settings: z.object({}),
  secrets: [],
  test,
  pull,
  write: { create: async () => ({ upstreamId: '1' }), remove: async () => {} },
};

/** Two systems that differ in all that matters to who manages sources. */
export const descriptions: readonly SourceDescription[] = [
  describe(learning as Connector),
  describe(devices as Connector),
];

/** The pulling of sources as managing sees it: what was asked for, and what tests of a source come to. */
export class FakePuller {
  readonly woken: Id[] = [];
  fault: Error | undefined;

  readonly parts: NonNullable<GatewayDeps['sources']> = {
    descriptions,
    puller: {
      test: async () => {
        if (this.fault) throw this.fault;
      },
      wake: async (_workspaceId, id) => void this.woken.push(id),
    },
  };
}

/** Writes how the reading of a source stands, as whoever reads it does. */
export async function noteState(
  store: Store,
  { id, workspaceId }: Pick<Source, 'id' | 'workspaceId'>,
  { lastAttemptAt = new Date(), nextAttemptAt, ...change }: StateNote,
): Promise<void> {
  const states = new SourceStates(store);
  const fence = 1;
  const { wakes } = (await states.begin(workspaceId, id, fence, lastAttemptAt))!;
  await states.save(workspaceId, id, fence, change);
  await states.rest(workspaceId, id, fence, wakes, nextAttemptAt ?? null);
}

interface StateNote extends SourceStateChange {
  readonly lastAttemptAt?: Date;
  readonly nextAttemptAt?: Date;
}
