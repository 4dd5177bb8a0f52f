import { createHash } from 'node:crypto';
import { type DemoPathway, demoPathways, type PathwayStep } from '../demo/pathways.js';
import { makePeople, type Person } from '../demo/people.js';
import type { EmulatedPathway, FalkorRow } from './falkor-rows.js';

/** South African time, as that platform writes it: whole seconds with an offset. */
const localTime = (atMs: number): string => `${new Date(atMs + 2 * 3_600_000).toISOString().slice(0, 19)}+02:00`;

/** Those of the demo's people whom the emulated platform knows. */
const people = makePeople().slice(0, 24);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What is counted begins again every hour, everything else after two weeks. */
const cycleMs = (step: PathwayStep): number => (step.fulfilmentType === 'tracking' ? hourMs : 14 * dayMs);
const trackingTarget = 160;
const trackingStages = 9;

/** What the emulated platform lists pathways by. */
export const movingPathwayIds: readonly string[] = demoPathways.map(({ native }) => native.ID);

/**
 * How far everybody is at an instant. It follows from the instant alone, so an emulator that is started again goes on as if
 * it had never ended.
 * @param sinceMs when the platform was taken into use: what nobody has touched since is not there.
 */
export function* movingRows(atMs: number, sinceMs = 0): Generator<FalkorRow> {
  for (const pathway of demoPathways) {
    for (const step of pathway.steps) {
      for (const person of people) {
        const { changedMs, ...row } = rowOf(pathway, step, person, atMs);
        if (changedMs > sinceMs) yield row;
      }
    }
  }
}

const headerOf = ({ key: _key, ...header }: PathwayStep) => header;

/** The pathways with what there is to do on them. */
export const movingPathways: readonly EmulatedPathway[] = demoPathways.map(({ native, steps }) => ({
  header: native,
  activities: steps.map(headerOf),
}));

function rowOf(
  { native }: DemoPathway,
  step: PathwayStep,
  person: Person,
  atMs: number,
): FalkorRow & { changedMs: number } {
  const activity = headerOf(step);
  const { firstName: firstname, lastName: lastname, email, country, city, groups } = person;
  const { status, fulfilment, changedMs } = standing(step, person, atMs);
  const log = { firstname, lastname, email, telephone: '', country, city, groups, status, fulfilment };
  return { pathway: native, activity, log, changedMs };
}

function standing(step: PathwayStep, person: Person, atMs: number) {
  const seed = createHash('sha256').update(`${step.ID} ${person.email}`).digest();
  const cycle = cycleMs(step);
  const sinceMs = (atMs + (seed.readUInt32BE(0) % cycle)) % cycle;
  const stages = stagesOf(step);
  // Stages of one length, the first of which is to have done nothing.
  const stage = Math.min(stages.length - 1, Math.floor(sinceMs / (cycle / stages.length)));
  const changedMs = Math.floor((atMs - sinceMs + (stage * cycle) / stages.length) / 1000) * 1000;
  const progress = stages[stage]!;
  const state = progress >= 100 ? 'completed' : progress > 0 ? 'in progress' : 'not started';
  const timestamp = localTime(changedMs);
  const status = { complete: progress >= 100, progress, state, timestamp };
  return {
    status,
    fulfilment: progress === 0 ? [] : fulfilmentOf(step, { progress, state, timestamp }, seed),
    changedMs,
  };
}

const stagesOf = ({ fulfilmentType }: PathwayStep): readonly number[] => {
  if (fulfilmentType === 'check-in') return [0, 100];
  if (fulfilmentType !== 'tracking') return [0, 50, 100];
  return Array.from({ length: trackingStages }, (_, n) =>
    Math.min(100, Math.round((n * 1000) / (trackingStages - 1)) / 10),
  );
};

function fulfilmentOf(
  { ID, name, type, fulfilmentType }: PathwayStep,
  { progress, state, timestamp }: { progress: number; state: string; timestamp: string },
  seed: Buffer,
): object {
  if (fulfilmentType === 'check-in') {
    const checkin = { eventID: `EVBK-${ID.slice(5)}`, virtual: false, guid: uuidOf(seed), distance: seed[4]! };
    return { type: 'check-in', progress, checkin, timestamp };
  }
  if (fulfilmentType === 'tracking') {
    const current = Math.round((progress / 100) * trackingTarget) + (progress >= 100 ? seed[4]! : 0);
    return {
      type: 'data',
      state,
      progress,
      data: { category: 'Current Score', current, target: trackingTarget },
      timestamp,
    };
  }
  const story = { ID, name, ...(type === 'assessment' && progress >= 100 && { score: 60 + (seed[4]! % 41) }) };
  return { type: 'story', state, progress, story, timestamp };
}

const uuidOf = (seed: Buffer): string =>
  seed.toString('hex', 8, 24).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
