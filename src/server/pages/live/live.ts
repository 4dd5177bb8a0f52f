import type { PageConfig } from '../page-config.js';
import { AskError, asker } from './ask.js';
import { Bell } from './bell.js';
import { card } from './card.js';
import { drawCharts } from './charts.js';
import { credential } from './credential.js';
import type { Entry, Filter, LoggedEvent } from './entry.js';
import { Feed } from './feed.js';
import { Rates } from './rates.js';
import { type Outlet, Session, type State } from './session.js';
import { sourceNames } from './sources.js';
import { spans } from './stats.js';
import { StatsPanel } from './stats-panel.js';
import type { Tally } from './tally.js';

const find = <T extends Element = HTMLElement>(id: string): T => document.getElementById(id) as unknown as T;
const cutButton = find<HTMLButtonElement>('cut');
const search = find<HTMLInputElement>('search');
const keyForm = find<HTMLFormElement>('key-form');
const rates = new Rates();
const feed = new Feed(find('feed'), (count) => {
  find('waiting').textContent = count > 0 ? `${count} waiting` : '';
});

const statsPanel = new StatsPanel(find);

let session: Session | undefined;
let bell: Bell | undefined;
/** In the memory of this page and nowhere else. */
let authorization: string | undefined;

const clock = (moment: Date): string => moment.toLocaleTimeString([], { hourCycle: 'h23' });

const stateTexts: Readonly<Record<State, string>> = {
  connecting: 'Connecting',
  'catching up': 'Catching up',
  connected: 'Connected',
  cut: 'Cut off',
  ended: 'Not connected',
};

const outlet: Outlet = {
  state: (state) => {
    find('state').textContent = stateTexts[state];
    document.body.dataset.state = state.replace(' ', '-');
    // Not `disabled`, which would take the focus from who pressed it.
    cutButton.ariaDisabled = String(state !== 'connected');
  },
  history: (entries: readonly Entry[]) => {
    feed.clear();
    for (const entry of [...entries].reverse()) feed.add(card(entry, { kind: 'history' }));
  },
  event: ({ type, activityLog, activityLogId }: LoggedEvent, wasMissed) => {
    const now = Date.now();
    if (type === 'REMOVED' || !activityLog) return feed.remove(activityLogId);
    const delayMs = Math.max(0, now - Date.parse(activityLog.recordedAt));
    rates.note(now, wasMissed ? undefined : delayMs);
    feed.add(card(activityLog, wasMissed ? { kind: 'late' } : { kind: 'live', delayMs }));
  },
  cursor: (cursor) => {
    find('cursor').textContent = cursor;
  },
  cut: () => feed.mark('cut', `cut off at ${clock(new Date())}`),
  back: (count) => feed.mark('back', `back: ${count} ${count === 1 ? 'entry' : 'entries'} from meanwhile arrived`),
  tally: (tally: Tally, comparedAt) => {
    find('missed').textContent = String(tally.missed);
    find('repeated').textContent = String(tally.repeated);
    find('received').textContent = `${tally.received} received`;
    find('compared').textContent = comparedAt
      ? `${tally.compared} compared with a query at ${clock(comparedAt)}`
      : 'not compared with a query yet';
    document.body.dataset.flaw = String(tally.missed + tally.repeated > 0);
  },
  ended: ({ message, code }) => {
    // A place that the log does not keep any more: begin from what it holds now.
    if (code === 'CURSOR_EXPIRED' || code === 'CURSOR_UNKNOWN') return void begin();
    refuse(message);
  },
};

/** Says what is wrong, and asks for a key. */
function refuse(message: string): void {
  find('problem').textContent = message;
  keyForm.hidden = false;
}

function chosenFilter(): Filter {
  const chosen = [...document.querySelectorAll<HTMLInputElement>('#sources input:checked')].map(({ value }) => value);
  const words = search.value.trim();
  return { ...(chosen.length > 0 && { sources: chosen }), ...(words && { search: words }) };
}

/** Follows from now on with the filter that is chosen. */
async function begin(): Promise<void> {
  session?.stop();
  if (authorization === undefined) return refuse('');
  credential.set(authorization);
  const [ask, filter] = [asker(authorization), chosenFilter()];
  const mine = new Session(ask, filter, outlet);
  session = mine;
  try {
    await mine.start(authorization);
    if (session !== mine) return;
    keyForm.hidden = true;
    find('problem').textContent = '';
    statsPanel.begin({ ask, filter, follow: mine.follow });
  } catch (cause) {
    if (session !== mine) return;
    outlet.state('ended');
    if (cause instanceof AskError && cause.code !== 'SERVICE_UNAVAILABLE') refuse(cause.message);
    else setTimeout(() => session === mine && void begin(), 2_000);
  }
}

function wireSpans(): void {
  for (const [index, span] of spans.entries()) {
    const choice = document.createElement('input');
    Object.assign(choice, { type: 'radio', name: 'span', checked: index === 0 });
    choice.addEventListener('change', () => statsPanel.show(span));
    const label = document.createElement('label');
    label.className = 'chip';
    label.append(choice, span.name);
    find('spans').append(label);
  }
}

/** Whoever the credential belongs to, whatever the filter. */
function ringBell(): void {
  bell?.stop();
  if (authorization === undefined) return;
  bell = new Bell(asker(authorization), authorization);
  void bell.start();
}

function wire(): void {
  for (const [source, name] of Object.entries(sourceNames)) {
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', value: source });
    const label = document.createElement('label');
    label.className = 'chip';
    label.dataset.source = source;
    label.append(box, name);
    find('sources').append(label);
  }
  find('sources').addEventListener('change', () => void begin());
  wireSpans();
  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => void begin(), 350);
  });
  cutButton.addEventListener('click', () => {
    if (cutButton.ariaDisabled !== 'true') session?.cut();
  });
  find('compare').addEventListener('click', () => void session?.compare());
  find<HTMLInputElement>('hold').addEventListener('change', (event) =>
    feed.hold((event.target as HTMLInputElement).checked),
  );
  keyForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const key = find<HTMLInputElement>('key').value.trim();
    if (!key) return;
    authorization = /^(Bearer|Basic) /i.test(key) ? key : `Bearer ${key}`;
    void begin();
    ringBell();
  });
  setInterval(() => {
    const now = Date.now();
    drawCharts(rates, now, find);
    feed.refreshTimes(now);
    bell?.refreshTimes(now);
  }, 1000);
  drawCharts(rates, Date.now(), find);
}

wire();
try {
  const config = (await (await fetch('/graphiql/config.json')).json()) as PageConfig;
  document.title = `${config.title} · Live`;
  find('title').textContent = config.title;
  find('demo').hidden = !config.demo;
  authorization = config.headers.authorization;
} catch (cause) {
  outlet.state('ended');
  find('problem').textContent = 'The gateway does not answer. Reload this page once it is back.';
  throw cause;
}
ringBell();
await begin();
