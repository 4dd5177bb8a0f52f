import { makePeople } from '../demo/people.js';
import { type DemoSystem, Scenario } from '../demo/scenario.js';

/** Rows as a system would have written them in a company of 200 people; a seed decides everything but when. */
export class Arrivals {
  readonly #scenario: Scenario;

  constructor(
    private readonly system: DemoSystem,
    seed: number,
  ) {
    const people = system === 'AWORLD' ? aworldPeople() : makePeople();
    const cast = { people, userIds: new Map(), activityIds: new Map(), pathwayIds: new Map() };
    this.#scenario = new Scenario({ cast, seed, name: `${system}-${seed}`, firstNumber: 0 });
  }

  /** The JSON text of what happened there at this time. */
  next(atMs: number): string {
    return this.#scenario.next(atMs, this.system).entry.native!;
  }
}

/** AWorld lists one user's logs at a time, so it is few who use it. */
const aworldPeople = () => makePeople().slice(0, 12);

/** The ids of those whom the emulated AWorld knows. */
export const aworldUserIds = (): readonly string[] => aworldPeople().map(({ aworldId }) => aworldId);
