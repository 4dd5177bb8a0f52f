import type { EmulatedRows } from './emulator.js';
import { type GivenRow, textOf } from './rows.js';

type Fields = Readonly<Record<string, unknown>>;

/** One person's standing in one activity of one pathway, as rows are given. */
export interface FalkorRow {
  readonly pathway: Fields & { readonly ID: string; readonly name: string };
  readonly activity: Fields & { readonly ID: string; readonly name: string; readonly type?: string };
  readonly log: Fields;
}

/** A pathway with its activities, in order. */
export interface EmulatedPathway {
  readonly header: FalkorRow['pathway'];
  readonly activities?: readonly FalkorRow['activity'][];
}

export interface HeldActivity {
  header: FalkorRow['activity'];
  /** By person. */
  readonly logs: Map<string, Fields>;
}

export interface HeldPathway {
  header: FalkorRow['pathway'];
  readonly activities: Map<string, HeldActivity>;
}

/** The pathways of an emulated account. A row takes the place of the one that it is a later state of. */
export class FalkorRows implements EmulatedRows {
  readonly #pathways = new Map<string, HeldPathway>();
  #unnamed = 0;

  /** A pathway that nobody is on yet; the one that is there, where there is one. */
  addPathway({ header, activities = [] }: EmulatedPathway): HeldPathway {
    const held = this.#pathways.get(header.ID) ?? { header, activities: new Map<string, HeldActivity>() };
    this.#pathways.set(header.ID, held);
    for (const activity of activities) this.#addActivity(held, activity);
    return held;
  }

  get count(): number {
    return this.texts.length;
  }

  get texts(): string[] {
    return this.pathways.flatMap(({ header: pathway, activities }) =>
      [...activities.values()].flatMap(({ header, logs }) => {
        const { stats: _stats, ...activity } = header;
        return [...logs.values()].map((log) => JSON.stringify({ pathway, activity, log }));
      }),
    );
  }

  get pathways(): HeldPathway[] {
    return [...this.#pathways.values()];
  }

  add(...rows: readonly GivenRow[]): void {
    for (const row of rows) {
      const { pathway, activity, log } = JSON.parse(textOf(row)) as FalkorRow;
      this.#addActivity(this.addPathway({ header: pathway }), activity).logs.set(this.#personOf(log), log);
    }
  }

  /** Somebody is on the pathway no more. */
  remove(pathwayId: string, email: string): void {
    for (const { logs } of this.#pathways.get(pathwayId)?.activities.values() ?? []) logs.delete(email.toLowerCase());
  }

  removeActivity(pathwayId: string, activityId: string): void {
    this.#pathways.get(pathwayId)?.activities.delete(activityId);
  }

  #addActivity({ activities }: HeldPathway, header: FalkorRow['activity']): HeldActivity {
    const held = activities.get(header.ID) ?? { header, logs: new Map<string, Fields>() };
    activities.set(header.ID, held);
    return held;
  }

  #personOf({ email }: Fields): string {
    if (typeof email === 'string' && email !== '') return email.toLowerCase();
    this.#unnamed += 1;
    return `#${this.#unnamed}`;
  }
}
