import { emailIdentity, nativeActivityRef } from '../../../src/model/identity.js';
import type { Chance } from '../chance.js';
import { type DemoPathway, demoPathways, type PathwayStep } from '../pathways.js';
import type { Person } from '../people.js';
import { type DemoEntry, type Scene, sha256, sourceEntry } from './scene.js';

/** How far one person is with one step, and how the source shows it. */
interface Standing {
  readonly progress: number;
  readonly fulfilment: object;
}

/** South African time, as that platform writes it: whole seconds with an offset. */
const localTime = (atMs: number): string => `${new Date(atMs + 2 * 3_600_000).toISOString().slice(0, 19)}+02:00`;

/** People on their pathways. Remembers how far everyone is, so that what is completed stays so. */
export class FalkorPathways {
  readonly #progress = new Map<string, number>();
  readonly #completed = new Map<string, number>();

  entry({ cast, chance, atMs: exactMs, key }: Scene): DemoEntry {
    const atMs = Math.floor(exactMs / 1000) * 1000;
    const person = chance.pick(cast.people);
    // Everyone is on all pathways, and is mostly busy with one of them.
    const main = demoPathways[person.posthog.id % demoPathways.length]!;
    const pathway = chance.odds(0.6) ? main : chance.pick(demoPathways);
    const step = this.#nextStep(pathway, person, chance);
    const { progress, fulfilment } = this.#advance(step, person, chance, atMs);
    const complete = progress >= 100;
    const state = complete ? 'completed' : 'in progress';
    const { key: _key, ...header } = step;
    const row = {
      pathway: pathway.native,
      activity: {
        ...header,
        stats: { total: cast.people.length, completed: this.#completed.get(step.ID) ?? 0 },
      },
      log: {
        firstname: person.firstName,
        lastname: person.lastName,
        email: person.email,
        telephone: '',
        country: person.country,
        city: person.city,
        groups: person.groups,
        status: { complete, progress, state, timestamp: localTime(atMs) },
        fulfilment,
      },
    };
    return sourceEntry('FALKOR', row, {
      // The source has no id of its own for a state; each later one is an entry of its own.
      nativeKey: `${sha256(JSON.stringify([pathway.native.ID, step.ID, person.email]))}:${key}`,
      atMs,
      action: state,
      actionClass: complete ? 'COMPLETED' : 'PROGRESSED',
      actor: { kind: 'USER', key: emailIdentity(person.email), email: person.email, name: person.name },
      object: { type: step.type, id: step.ID, name: step.name },
      activityRef: nativeActivityRef('FALKOR', step.ID),
      pathwayId: cast.pathwayIds.get(pathway.native.ID),
      progress: { percent: progress, state, complete },
      summary: `${step.name}: ${complete ? 'completed' : `${progress} %`}`,
      additionalData: JSON.stringify({ fulfilment }),
    });
  }

  #nextStep(pathway: DemoPathway, person: Person, chance: Chance): PathwayStep {
    const open = pathway.steps.filter((step) => (this.#progress.get(`${step.ID} ${person.email}`) ?? 0) < 100);
    if (open.length > 0) return chance.pickUneven(open);
    // What is counted begins again every week; the rest is done.
    return pathway.steps.find((step) => step.type === 'data')!;
  }

  #advance(step: PathwayStep, person: Person, chance: Chance, atMs: number): Standing {
    const key = `${step.ID} ${person.email}`;
    const before = this.#progress.get(key) ?? 0;
    const standing = standingAfter(step, before >= 100 ? 0 : before, chance, localTime(atMs));
    this.#progress.set(key, standing.progress);
    if (standing.progress >= 100 && before < 100) this.#completed.set(step.ID, (this.#completed.get(step.ID) ?? 0) + 1);
    return standing;
  }
}

function standingAfter(step: PathwayStep, before: number, chance: Chance, timestamp: string): Standing {
  switch (step.fulfilmentType) {
    case 'check-in': {
      const checkin = {
        eventID: `EVBK-${step.ID.slice(5)}`,
        virtual: false,
        guid: chance.uuid(),
        distance: chance.between(3, 240),
      };
      return { progress: 100, fulfilment: { type: 'check-in', progress: 100, checkin, timestamp } };
    }
    case 'tracking': {
      const target = 160;
      const current = Math.round((before / 100) * target) + chance.between(12, 70);
      const progress = Math.min(100, Math.round((current / target) * 1000) / 10);
      const data = { category: 'Current Score', current, target };
      const state = progress >= 100 ? 'completed' : 'in progress';
      return { progress, fulfilment: { type: 'data', state, progress, data, timestamp } };
    }
    default: {
      const progress = before === 0 && chance.odds(0.7) ? 50 : 100;
      const complete = progress === 100;
      const story = {
        ID: step.ID,
        name: step.name,
        ...(complete && step.type === 'assessment' && { score: chance.between(60, 100) }),
      };
      const state = complete ? 'completed' : 'in progress';
      return { progress, fulfilment: { type: 'story', state, progress, story, timestamp } };
    }
  }
}
