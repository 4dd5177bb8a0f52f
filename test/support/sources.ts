import { ObjectId } from 'mongodb';
import { z } from 'zod';
import type { Id } from '../../src/base/ids.js';
import type { Connector } from '../../src/ingest/connector.js';
import { describe } from '../../src/ingest/description.js';
import type { Source, SourceDescription } from '../../src/model/source.js';
import type { SourceSystem } from '../../src/model/source-system.js';
import type { SourcePuller } from '../../src/services/sources/ports.js';
import type { Store } from '../../src/store/connect.js';
import { type SourceStateChange, SourceStates } from '../../src/store/source-states.js';

const test = async (): Promise<void> => {};
const pull: Connector['pull'] = () => new Promise(() => {});

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

/** Two systems that differ in all that matters to who manages sources. Reading them begins and never ends. */
const systems = [learning, devices] as Connector[];

export const descriptions: readonly SourceDescription[] = systems.map(describe);

/** The same for a gateway of its own; `fault` is what tests of a source come to. */
export class TestSystems {
  fault: Error | undefined;

  readonly connectors: ReadonlyMap<SourceSystem, Connector> = new Map(
    systems.map((connector) => [connector.system, { ...connector, test: async () => this.#test() }]),
  );

  #test(): void {
    if (this.fault) throw this.fault;
  }
}

/** The pulling of sources as managing sees it: what was asked for, and what tests of a source come to. */
export class FakePuller implements SourcePuller {
  readonly woken: Id[] = [];
  fault: Error | undefined;
  onWake: (() => Promise<void>) | undefined;

  async test(): Promise<void> {
    if (this.fault) throw this.fault;
  }

  async wake(_workspaceId: Id, id: Id): Promise<void> {
    this.woken.push(id);
    await this.onWake?.();
  }
}

/** How often somebody asked for a look at a source. */
export async function wakesOf(store: Store, sourceId: Id): Promise<number> {
  const states = store.collection<{ _id: ObjectId; wakes: number }>('source_states');
  return (await states.findOne({ _id: new ObjectId(sourceId) }))?.wakes ?? 0;
}

/** A later holder of the lease than any that a test's gateway has. */
const laterFence = 1_000_000;

/** Writes how the reading of a source stands, as whoever reads it does. */
export async function noteState(
  store: Store,
  { id, workspaceId }: Pick<Source, 'id' | 'workspaceId'>,
  { lastAttemptAt = new Date(), nextAttemptAt, ...change }: StateNote,
): Promise<void> {
  const states = new SourceStates(store);
  const fence = laterFence;
  const { wakes } = (await states.begin(workspaceId, id, fence, lastAttemptAt))!;
  await states.save(workspaceId, id, fence, change);
  await states.rest(workspaceId, id, fence, wakes, nextAttemptAt ?? null);
}

interface StateNote extends SourceStateChange {
  readonly lastAttemptAt?: Date;
  readonly nextAttemptAt?: Date;
}
