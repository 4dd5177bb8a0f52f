import { type Entry, whoOf } from './entry.js';
import { sourceName } from './sources.js';

/** How a card came to be here. */
export type Arrival = { readonly kind: 'history' | 'late' } | { readonly kind: 'live'; readonly delayMs: number };

export function element(tag: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

export const initials = (name: string): string =>
  name
    .split(/[\s._@-]+/)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');

/** An entry, as people read one. Text only: nothing of an entry is ever markup. */
export function card(entry: Entry, arrival: Arrival): HTMLElement {
  const who = whoOf(entry);
  const face = element('span', 'face', who ? initials(who) : '·');
  face.setAttribute('aria-hidden', 'true');
  const time = element('time', '') as HTMLTimeElement;
  time.dateTime = entry.occurredAt;
  time.title = new Date(entry.occurredAt).toLocaleString();
  time.textContent = ago(entry.occurredAt, Date.now());
  const head = element('p', 'card-head', element('span', 'source', sourceName(entry.source)), time);
  const thing = entry.object?.name ?? entry.activity?.name ?? entry.object?.type ?? '';
  const what = entry.summary ?? `${entry.action} ${thing}`.trim();
  const text = element('p', 'card-text', ...(who ? [element('strong', '', who), ' '] : []), what);
  const foot = element('p', 'card-foot', element('code', '', entry.action));
  for (const tag of entry.tags.slice(0, 4)) foot.append(element('span', 'tag', tag));
  if (arrival.kind === 'live') foot.append(element('span', 'arrival', `${Math.round(arrival.delayMs)} ms`));
  if (arrival.kind === 'late') foot.append(element('span', 'arrival', 'arrived after the cut'));
  const made = element('li', `card ${arrival.kind}`, face, element('div', '', head, text, foot));
  made.dataset.source = entry.source;
  made.dataset.id = entry.id;
  return made;
}

export function ago(moment: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(moment)) / 1000);
  if (seconds < 0) return new Date(moment).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' });
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
