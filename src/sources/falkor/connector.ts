import type { Checkpoint, Connector, PullStep } from '../../ingest/connector.js';
import { checkpointOf } from '../checkpoint.js';
import { type FalkorSession, type FalkorSettings, readPathway, secrets, settings } from './api.js';
import { snapshotOf } from './snapshot.js';
import { falkorWebhooks } from './webhooks.js';

/**
 * Reads Falkor's pathways as they stand, one after the other: what has changed in one since it was last recorded becomes
 * entries. Its webhooks say when there is something to read. Falkor takes no logs from outside, so nothing is written there.
 */
export const falkorConnector: Connector<FalkorSettings> = {
  system: 'FALKOR',
  title: 'Falkor Pathways',
  settings,
  secrets,
  test: async (session) => {
    await readPathway(session, session.settings.pathways[0]!);
  },
  pull,
  receive: falkorWebhooks,
};

interface Place {
  /** Each pathway's hash when it was recorded last, by its name in the settings. */
  readonly hashes: Readonly<Record<string, string>>;
  /** While a round goes on. */
  readonly round: { readonly startedAt: string; readonly turn: number } | null;
}

/** On to the next pathway that is not as it was; those that are cost a call, and no step. */
async function pull(session: FalkorSession, checkpoint: Checkpoint | undefined): Promise<PullStep> {
  const { pathways } = session.settings;
  const { hashes, round } = placeOf(session, checkpoint);
  for (let { turn } = round; turn < pathways.length; turn += 1) {
    const name = pathways[turn]!;
    const read = await readPathway(session, name);
    if (hashes[name] === read.hash) continue;
    const isLast = turn + 1 === pathways.length;
    const next: Place = {
      hashes: { ...hashes, [name]: read.hash },
      round: isLast ? null : { ...round, turn: turn + 1 },
    };
    return { ...snapshotOf(read, session.now), ...told(next, round.startedAt) };
  }
  return { rows: [], ...told({ hashes, round: null }, round.startedAt) };
}

function placeOf(
  { settings: { pathways }, now }: FalkorSession,
  checkpoint: Checkpoint | undefined,
): Place & { readonly round: NonNullable<Place['round']> } {
  const kept = checkpoint as unknown as Place | undefined;
  const known = Object.entries(kept?.hashes ?? {}).filter(([name]) => pathways.includes(name));
  const isUnderWay = kept?.round && kept.round.turn < pathways.length;
  return {
    hashes: Object.fromEntries(known),
    round: isUnderWay ? kept.round! : { startedAt: now.toISOString(), turn: 0 },
  };
}

const told = (place: Place, startedAt: string): Pick<PullStep, 'checkpoint' | 'isCaughtUp' | 'coveredUntil'> => ({
  checkpoint: checkpointOf(place),
  isCaughtUp: place.round === null,
  ...(place.round === null && { coveredUntil: new Date(startedAt) }),
});
