import { element } from '../card.js';
import type { Pathway, Progress, Statistics } from './asked.js';
import { describePerson, person } from './person.js';
import { columnOf, type Standing, standingOf } from './standing.js';

interface Column {
  readonly people: HTMLElement;
  readonly count: HTMLElement;
  readonly done?: HTMLElement;
  readonly bar?: HTMLElement;
}

/** Moves drawn at once; of more than that each just appears where it is now. */
const movesAtOnce = 40;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** The steps of a pathway side by side, and everybody where they are. */
export class Board {
  readonly #columns = new Map<string, Column>();
  readonly #people = new Map<string, { readonly shown: HTMLElement; column: string }>();
  #moves = 0;

  constructor(
    private readonly list: HTMLElement,
    private readonly pathway: Pathway,
  ) {
    list.replaceChildren();
    this.#addColumn('start', 'Not begun', '');
    for (const step of pathway.activities) {
      const name = step.activity?.name ?? 'A removed activity';
      this.#addColumn(step.activityId, name, `Level ${step.level}${step.required ? '' : ' · optional'}`);
    }
    this.#addColumn('end', 'Completed', '');
  }

  /** Everybody at once, without any motion. */
  fill(all: readonly Progress[]): void {
    for (const progress of all) this.#place(progress);
    this.#count();
  }

  /** @returns where they are now, if that is another step than before. */
  move(userId: string, progress: Progress | null): Standing | undefined {
    const known = this.#people.get(userId);
    if (!progress) {
      known?.shown.remove();
      this.#people.delete(userId);
      this.#count();
      return undefined;
    }
    const from = known?.shown.getBoundingClientRect();
    const former = known?.column;
    const { shown, standing } = this.#place(progress);
    this.#count();
    this.#draw(shown, from);
    return former === columnOf(standing) ? undefined : standing;
  }

  statistics({ total, activities }: Statistics): void {
    for (const { activityId, completed } of activities) {
      const column = this.#columns.get(activityId);
      if (!column?.done || !column.bar) continue;
      column.done.textContent = `${completed} of ${total} done`;
      column.bar.style.setProperty('--done', `${total === 0 ? 0 : (100 * completed) / total}%`);
    }
  }

  #addColumn(key: string, name: string, kind: string): void {
    const people = element('ul', 'people');
    const count = element('strong', 'here', '0');
    const head = element('div', 'step-head', element('h3', '', name), count);
    const made = element('li', 'step', head);
    made.dataset.step = key;
    if (kind) {
      const done = element('span', '', '');
      const bar = element('div', 'done-bar');
      made.append(element('p', 'quiet', `${kind} · `, done), bar);
      this.#columns.set(key, { people, count, done, bar });
    } else {
      made.append(element('p', 'quiet', key === 'start' ? 'enrolled, nothing done' : 'everything that is required'));
      this.#columns.set(key, { people, count });
    }
    made.append(people);
    this.list.append(made);
  }

  #place(progress: Progress): { shown: HTMLElement; standing: Standing } {
    const standing = standingOf(this.pathway, progress);
    const column = columnOf(standing);
    const known = this.#people.get(progress.userId);
    const shown = known?.shown ?? person(progress);
    describePerson(shown, progress, standing);
    if (known?.column !== column) this.#columns.get(column)?.people.prepend(shown);
    this.#people.set(progress.userId, { shown, column });
    return { shown, standing };
  }

  /** From where they were to where they are. */
  #draw(shown: HTMLElement, from: DOMRect | undefined): void {
    if (calm.matches || this.#moves >= movesAtOnce) return;
    const to = shown.getBoundingClientRect();
    const [dx, dy] = from ? [from.left - to.left, from.top - to.top] : [0, -14];
    const far = Math.hypot(dx, dy) > 1;
    this.#moves += 1;
    shown.classList.add('moving');
    const steps = far
      ? [
          { transform: `translate(${dx}px, ${dy}px) scale(1.25)`, offset: 0 },
          { transform: 'translate(0, 0) scale(1.25)', offset: 0.8 },
          { transform: 'none', offset: 1 },
        ]
      : [{ transform: 'scale(1.35)' }, { transform: 'none' }];
    const motion = shown.animate(steps, { duration: far ? 900 : 450, easing: 'cubic-bezier(.22,.8,.3,1)' });
    void motion.finished.finally(() => {
      this.#moves -= 1;
      shown.classList.remove('moving');
    });
  }

  #count(): void {
    for (const { people, count } of this.#columns.values()) count.textContent = String(people.children.length);
  }
}
