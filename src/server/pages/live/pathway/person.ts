import { element } from '../card.js';
import type { Progress } from './asked.js';
import type { Standing } from './standing.js';

const hues = 6;

const initials = (name: string): string =>
  name
    .split(/[\s._@-]+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');

const hueOf = (id: string): number =>
  [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % hues;

/** Somebody on the board: their initials, with a ring for how far they are with the step where they stand. */
export function person(progress: Progress): HTMLElement {
  const name = progress.user?.name ?? 'Somebody';
  const made = element('li', 'person', element('span', '', initials(name)));
  made.dataset.user = progress.userId;
  made.dataset.hue = String(hueOf(progress.userId));
  return made;
}

export function describePerson(made: HTMLElement, progress: Progress, standing: Standing): void {
  const percent = standing === 'start' ? 0 : standing === 'end' ? 100 : standing.percent;
  made.style.setProperty('--done', `${percent}%`);
  const text = `${progress.user?.name ?? 'Somebody'}: ${Math.round(progress.percent)} % of the pathway`;
  made.title = text;
  made.ariaLabel = text;
}
