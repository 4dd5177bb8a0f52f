import { newId } from '../../../src/base/ids.js';
import type { Checkpoint, Connector, IngestedRow, PullStep, Session } from '../../../src/ingest/connector.js';
import { Outbound } from '../../../src/ingest/outbound.js';
import { Sessions } from '../../../src/ingest/session.js';
import type { Source } from '../../../src/model/source.js';
import type { EmulatedSource } from './kit.js';

export interface Driver {
  readonly session: Session<unknown>;
  /** One step on, and the checkpoint as it would have been stored. */
  step(checkpoint: Checkpoint | undefined): Promise<PullStep>;
  /** Steps until the source is caught up. Answers all of them. */
  toEnd(checkpoint?: Checkpoint, meanwhile?: (step: number) => void): Promise<PullStep[]>;
  close(): Promise<void>;
}

const maxSteps = 400;

/** Takes a connector by the hand, step by step, over real calls. @param now what time it is for the connector. */
export async function drive(
  connector: Connector,
  { emulator, settings, secrets }: EmulatedSource,
  now: () => Date = () => new Date(),
): Promise<Driver> {
  const outbound = new Outbound({ privateOrigins: [emulator.url], limits: { silenceMs: 5_000 } });
  const source = { id: newId(), system: connector.system, baseUrl: emulator.url, settings, version: 1 };
  const sessions = new Sessions({ outbound, secrets: { open: async () => secrets } });
  const session = await sessions.open(connector, source as unknown as Source, now);
  const step = async (checkpoint: Checkpoint | undefined): Promise<PullStep> => {
    const given = checkpoint && (JSON.parse(JSON.stringify(checkpoint)) as Checkpoint);
    return connector.pull!(session, given);
  };
  return {
    session,
    step,
    close: () => outbound.close(),
    toEnd: async (checkpoint, meanwhile) => {
      const steps: PullStep[] = [];
      for (let at = checkpoint; steps.length < maxSteps; at = steps.at(-1)!.checkpoint) {
        steps.push(await step(at));
        if (steps.at(-1)!.isCaughtUp) return steps;
        meanwhile?.(steps.length);
      }
      throw new Error(`Not caught up after ${maxSteps} steps: ${JSON.stringify(steps.at(-1))}`);
    },
  };
}

/** What a log would hold of these: the first row under each key. */
export function recorded(steps: readonly PullStep[]): Map<string, IngestedRow> {
  const rows = new Map<string, IngestedRow>();
  for (const { nativeKey, ...row } of steps.flatMap((step) => step.rows)) {
    if (!rows.has(nativeKey)) rows.set(nativeKey, { nativeKey, ...row });
  }
  return rows;
}

/** Their texts in order, to be compared with what the system has. */
export const nativesOf = (rows: ReadonlyMap<string, IngestedRow>): string[] =>
  [...rows.values()].map(({ entry }) => entry.native!).sort();
