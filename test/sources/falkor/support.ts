import { ConnectSourceDocument } from '../../../schema/operations/operations.js';
import { type FalkorEmulator, type FalkorOptions, startFalkor } from '../../../scripts/upstreams/falkor.js';
import type { FalkorRow } from '../../../scripts/upstreams/falkor-rows.js';
import type { TestGateway } from '../../support/gateway.js';

export const storeOwner = { name: 'Become A Store Owner', type: 'pathway', ID: 'EV67-ZCNS-56AD' };
export const dataTracking = {
  ...{ ID: 'EVPA-WVZF-56QJ', name: 'Data Tracking', type: 'data', fulfilmentType: 'tracking' },
  ...{ required: true, level: 1 },
};
export const storyA = {
  ...{ ID: 'EVPA-KWOI-80AI', name: 'Story A', type: 'story', fulfilmentType: 'complete' },
  ...{ required: true, level: 2 },
};

export interface Standing {
  readonly activity?: FalkorRow['activity'];
  readonly pathway?: FalkorRow['pathway'];
  readonly progress?: number;
  readonly timestamp?: string;
  readonly groups?: readonly string[];
  /** Other fields of the log item. */
  readonly log?: object;
}

/** A row as the page's example has it. */
export function row(
  who: string,
  { activity = dataTracking, pathway = storeOwner, progress = 0, groups = ['Group A'], ...more }: Standing = {},
): FalkorRow {
  const state = progress >= 100 ? 'completed' : progress > 0 ? 'in progress' : 'not started';
  const timestamp = more.timestamp ?? (progress === 0 ? '' : '2022-02-24T15:09:57+02:00');
  const data = { category: 'Current Score', current: progress * 5, target: 500 };
  return {
    pathway,
    activity,
    log: {
      ...{ firstname: 'User', lastname: who, email: `user.${who.toLowerCase()}@example.com`, telephone: '' },
      ...{ country: 'South Africa', city: 'Cape Town', groups },
      status: { complete: progress >= 100, progress, state, timestamp },
      fulfilment: progress === 0 ? [] : { type: 'data', state, progress, data, timestamp },
      ...more.log,
    },
  };
}

export const startPathways = (options: FalkorOptions = {}) =>
  startFalkor({ pathways: [{ header: storeOwner }], ...options });

/** Connects an emulated account to a gateway that may call it. */
export async function connect(
  gateway: TestGateway,
  emulator: FalkorEmulator,
  settings: { readonly pathways: readonly string[] },
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  await gateway.data(ConnectSourceDocument, {
    input: {
      system: 'FALKOR',
      name: 'Academy',
      baseUrl: emulator.url,
      everySeconds: 1,
      settings,
      secrets: Object.entries(secrets).map(([name, value]) => ({ name, value })),
    },
  });
}

type Entry = { readonly action: string };

/** Waits until the entries of Falkor are as they are to be. */
export async function until(gateway: TestGateway, holds: (entries: readonly Entry[]) => boolean): Promise<void> {
  const document = '{ activityLogs(filter: {sources: [FALKOR]}, first: 1000) { nodes { action } } }';
  const patience = AbortSignal.timeout(20_000);
  for (;;) {
    const { activityLogs } = (await gateway.data(document)) as { activityLogs: { nodes: Entry[] } };
    if (holds(activityLogs.nodes)) return;
    if (patience.aborted) throw new Error(`It never came so far: ${JSON.stringify(activityLogs.nodes)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
