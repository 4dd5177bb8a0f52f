import { type Ask, AskError, asker } from '../ask.js';
import { element } from '../card.js';
import { credential } from '../credential.js';
import {
  type Pathway,
  type PathwaysAnswer,
  type Progress,
  type ProgressAnswer,
  type ProgressEvent,
  pathwaysDocument,
  progressDocument,
  type Statistics,
} from './asked.js';
import { Board } from './board.js';
import { followPathway } from './follow.js';
import type { Standing } from './standing.js';

const find = (id: string): HTMLElement => document.getElementById(id)!;
const movesShown = 8;
const againMs = 2_000;
/** More are counted, but not drawn. */
const mostPeople = 2_000;

let authorization: string | undefined;
let pathways: readonly Pathway[] = [];
let chosen: string | undefined;
let stop = (): void => {};
/** Which pathway is being shown: what an earlier one still brings is dropped. */
let turn = 0;

const isShown = (): boolean => /^#pathways(\/|$)/.test(location.hash);
/** The address of a pathway, so that it may be sent to others and is there again after a reload. */
const hashOf = ({ key }: Pathway): string => `#pathways/${encodeURIComponent(key)}`;

const mostPeopled = (): Pathway | undefined =>
  [...pathways].sort((one, other) => (other.statistics?.total ?? 0) - (one.statistics?.total ?? 0))[0];

function showStatistics(statistics: Statistics): void {
  for (const name of ['total', 'notStarted', 'inProgress', 'completed'] as const) {
    find(`pathway-${name}`).textContent = String(statistics[name]);
    if (name !== 'total') find(`part-${name}`).style.flexGrow = String(statistics[name]);
  }
}

function showMove(pathway: Pathway, name: string, standing: Standing): void {
  const step =
    typeof standing === 'string' ? undefined : pathway.activities.find((one) => one.activityId === standing.activityId);
  const where =
    standing === 'end'
      ? 'has completed it'
      : standing === 'start'
        ? 'is back at the start'
        : `is at ${step?.activity?.name ?? 'a step'}`;
  const moment = new Date().toLocaleTimeString([], { hourCycle: 'h23' });
  const moves = find('pathway-moves');
  moves.prepend(element('li', '', element('strong', '', name), ` ${where} `, element('span', 'quiet', moment)));
  while (moves.children.length > movesShown) moves.lastElementChild!.remove();
}

async function peopleOf(
  ask: Ask,
  id: string,
): Promise<{ people: Progress[]; cursor: string; statistics: Statistics | null }> {
  const people: Progress[] = [];
  let cursor: string | undefined;
  for (let after: string | null = null; ; ) {
    const { pathway, pathwayProgress }: ProgressAnswer = await ask<ProgressAnswer>(progressDocument, { id, after });
    people.push(...pathwayProgress.nodes);
    // The first page's place: what changed while the others were read is told once more.
    cursor ??= pathwayProgress.feedCursor;
    after = pathwayProgress.pageInfo.endCursor;
    if (!pathwayProgress.pageInfo.hasNextPage || people.length >= mostPeople)
      return { people, cursor, statistics: pathway?.statistics ?? null };
  }
}

async function showPathway(pathway: Pathway): Promise<void> {
  stop();
  turn += 1;
  const mine = turn;
  const ask = asker(authorization!);
  const { people, cursor, statistics } = await peopleOf(ask, pathway.id);
  if (mine !== turn) return;
  find('pathway-name').textContent = pathway.name;
  find('pathway-moves').replaceChildren();
  const board = new Board(find('pathway-steps'), pathway);
  board.fill(people);
  const tell = (numbers: Statistics): void => {
    showStatistics(numbers);
    board.statistics(numbers);
  };
  if (statistics) tell(statistics);
  find('pathway-view').dataset.ready = pathway.id;
  stop = followPathway({
    authorization: authorization!,
    pathwayId: pathway.id,
    after: cursor,
    onEvent: ({ userId, progress, statistics: numbers }: ProgressEvent) => {
      if (mine !== turn) return;
      const standing = board.move(userId, progress);
      if (standing && progress) showMove(pathway, progress.user?.name ?? 'Somebody', standing);
      if (numbers) tell(numbers);
    },
    onEnd: () => setTimeout(() => mine === turn && void begin(), againMs),
  });
}

function offer(): void {
  find('pathway-choice').replaceChildren(
    element('legend', 'hidden', 'Which pathway'),
    ...pathways.map((pathway) => {
      const { id, name } = pathway;
      const choice = document.createElement('input');
      Object.assign(choice, { type: 'radio', name: 'pathway', value: id, checked: id === chosen });
      choice.addEventListener('change', () => {
        chosen = id;
        location.hash = hashOf(pathway);
      });
      const label = element('label', 'chip', choice, name);
      return label;
    }),
  );
}

/** Shows the pathway that is chosen, as it is now and from now on. */
async function begin(): Promise<void> {
  if (authorization === undefined || !isShown()) return;
  try {
    pathways = (await asker(authorization)<PathwaysAnswer>(pathwaysDocument, {})).pathways.nodes;
    const pathway =
      pathways.find((one) => hashOf(one) === location.hash) ??
      pathways.find(({ id }) => id === chosen) ??
      mostPeopled();
    chosen = pathway?.id;
    offer();
    find('pathway-problem').textContent = pathway ? '' : 'There are no pathways yet.';
    find('pathway-board').hidden = pathway === undefined;
    if (pathway) await showPathway(pathway);
  } catch (cause) {
    if (cause instanceof AskError && cause.code !== 'SERVICE_UNAVAILABLE')
      find('pathway-problem').textContent = cause.message;
    else setTimeout(() => void begin(), againMs);
  }
}

function turnTo(): void {
  document.body.dataset.view = isShown() ? 'pathways' : 'log';
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a[href^="#"]'))
    link.ariaCurrent = link.hash === (isShown() ? '#pathways' : location.hash || '#log') ? 'page' : null;
  if (isShown()) void begin();
  else {
    turn += 1;
    stop();
  }
}

addEventListener('hashchange', turnTo);
credential.onChange((given) => {
  authorization = given;
  void begin();
});
turnTo();
