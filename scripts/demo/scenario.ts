import type { SourceSystem } from '../../src/model/source-system.js';
import { Chance } from './chance.js';
import { aworldEntry } from './sources/aworld.js';
import { FalkorPathways } from './sources/falkor.js';
import { gatewayEntry } from './sources/gateway.js';
import { posthogEntry } from './sources/posthog.js';
import type { Cast, DemoEntry, Scene } from './sources/scene.js';
import { thriveEntry } from './sources/thrive.js';
import { tikmatrixEntry } from './sources/tikmatrix.js';

/** How often each system of the demo reports something, against the others. */
export const sourceShares = {
  AWORLD: 34,
  THRIVE: 27,
  FALKOR: 15,
  TIKMATRIX: 11,
  POSTHOG: 9,
  GATEWAY: 4,
} as const satisfies Readonly<Partial<Record<SourceSystem, number>>>;

/** A system that takes part in the demo; not every one that can be connected does. */
export type DemoSystem = keyof typeof sourceShares;
export const demoSystems = Object.keys(sourceShares) as readonly DemoSystem[];

export interface ScenarioOptions {
  readonly cast: Cast;
  readonly seed: number;
  /** Sets its keys apart from those of every other scenario of the workspace. */
  readonly name: string;
  /** Above which systems that count their rows go on counting. */
  readonly firstNumber: number;
}

/** What goes on in the demo's company, one thing after the other. A seed decides everything but when. */
export class Scenario {
  readonly #chance: Chance;
  readonly #falkor = new FalkorPathways();
  #count = 0;

  constructor(private readonly options: ScenarioOptions) {
    this.#chance = new Chance(options.seed);
  }

  /** The next thing that happens, in the given system or in one that chance picks. */
  next(atMs: number, source: DemoSystem = this.#chance.weighted<DemoSystem>(sourceShares)): DemoEntry {
    this.#count += 1;
    const scene: Scene = {
      cast: this.options.cast,
      chance: this.#chance,
      atMs,
      key: `${this.options.name}-${this.#count}`,
      number: this.options.firstNumber + this.#count,
    };
    return this.#entry(source, scene);
  }

  #entry(source: DemoSystem, scene: Scene): DemoEntry {
    switch (source) {
      case 'AWORLD':
        return aworldEntry(scene);
      case 'THRIVE':
        return thriveEntry(scene);
      case 'FALKOR':
        return this.#falkor.entry(scene);
      case 'TIKMATRIX':
        return tikmatrixEntry(scene);
      case 'POSTHOG':
        return posthogEntry(scene);
      case 'GATEWAY':
        return gatewayEntry(scene);
    }
  }
}

/** In which order systems take turns where none should be seen twice in a row. */
export const turns: readonly DemoSystem[] = [
  ...(['AWORLD', 'THRIVE', 'FALKOR', 'POSTHOG', 'THRIVE', 'TIKMATRIX'] as const),
  ...(['AWORLD', 'FALKOR', 'THRIVE', 'GATEWAY', 'AWORLD', 'POSTHOG'] as const),
];
