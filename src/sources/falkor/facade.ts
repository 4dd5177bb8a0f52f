import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../../auth/authenticate.js';
import type { User } from '../../model/user.js';
import type {
  OpenedPathway,
  PathwayReadingService,
  PlacedActivity,
  WhoseStandings,
} from '../../services/pathway-reading.js';
import { type FacadeAnswer, type FacadeCall, registerFacade } from '../facade.js';
import { emailsOf, toLogItem } from './log-item.js';
import type { ActivityHeader, PathwayHeader } from './payload.js';
import { type LogsAsked, readAsked } from './request.js';
import { isTypeMeant } from './types.js';

export interface FalkorFacadeDeps {
  readonly authenticator: Authenticate;
  readonly pathways: Pick<PathwayReadingService, 'open'>;
}

/** Serves Falkor's logs of a pathway: `POST /v1/logs/pathway-logs`. */
export async function registerFalkorFacade(app: FastifyInstance, deps: FalkorFacadeDeps): Promise<void> {
  await registerFacade(app, {
    prefixes: ['/v1'],
    identify: (request) => deps.authenticator.authenticate(request.headers.authorization),
    errorBody: ({ message }) => ({ status: 'error', message }),
    routes: [{ method: 'POST', path: '/logs/pathway-logs', handle: (call) => pathwayLogs(deps, call) }],
  });
}

/** An answer up to this length, in characters, is known whole before any of it is sent. */
const wholeLength = 64 * 1024;

async function pathwayLogs({ pathways }: FalkorFacadeDeps, { viewer, request }: FacadeCall): Promise<FacadeAnswer> {
  const beganMs = performance.now();
  const asked = readAsked(request.body as Buffer | undefined);
  const parts = answer(await pathways.open(viewer, asked.pathway), asked, beganMs);
  let begun = '';
  while (begun.length < wholeLength) {
    const { value, done } = await parts.next();
    if (done) return { status: 200, body: begun };
    begun += value;
  }
  return { status: 200, body: Readable.from(follow(begun, parts)) };
}

async function* follow(begun: string, parts: AsyncGenerator<string>): AsyncGenerator<string> {
  yield begun;
  yield* parts;
}

/** The answer's text in parts, each no longer than some hundred log items; `hash` is over the text of `data`. */
async function* answer(
  { pathway, activities, standingsIn }: OpenedPathway,
  asked: LogsAsked,
  beganMs: number,
): AsyncGenerator<string> {
  const hash = createHash('md5');
  const data = (text: string): string => {
    hash.update(text);
    return text;
  };
  const header: PathwayHeader = { name: pathway.name, type: 'pathway', ID: pathway.key };
  const whose = whoseOf(asked);
  yield '{"status":"success","data":';
  yield data(`[{"pathway":${JSON.stringify(header)},"activities":[`);
  let comma = '';
  for (const one of activities.filter((activity) => isMeant(activity, asked))) {
    const activity = headerOf(one);
    const { total, completed, people } = await standingsIn(one, whose);
    const stats = JSON.stringify({ total, completed });
    yield data(`${comma}${JSON.stringify(activity).slice(0, -1)},"stats":${stats},"logs":[`);
    comma = '';
    for await (const some of people) {
      if (some.length === 0) continue;
      yield data(comma + some.map((standing) => toLogItem(standing, activity)).join(','));
      comma = ',';
    }
    yield data(']}');
    comma = ',';
  }
  yield data(']}]');
  yield `,"hash":"${hash.digest('hex')}","response_time":${(performance.now() - beganMs) / 1000}}`;
}

const falkorIds = ({ definition }: PlacedActivity): string[] =>
  (definition?.sourceIds ?? []).flatMap(({ source, id }) => (source === 'FALKOR' ? id : []));

const headerOf = (activity: PlacedActivity): ActivityHeader => {
  const { place, definition } = activity;
  return {
    ID: falkorIds(activity)[0] ?? definition?.key ?? place.activityId,
    name: definition?.name ?? '',
    type: place.type ?? '',
    fulfilmentType: place.fulfilmentType ?? '',
    required: place.required,
    level: place.level,
  };
};

function isMeant(activity: PlacedActivity, { activities, types }: LogsAsked): boolean {
  const { place, definition } = activity;
  const names = [...falkorIds(activity), place.activityId, definition?.key, definition?.name].map(folded);
  const isNamed = !activities || activities.some((asked) => names.includes(folded(asked)));
  return isNamed && (!types || types.some((asked) => isTypeMeant(asked, place.type ?? '')));
}

/** People by email, first, last or full name, in any case of letters. */
function whoseOf({ groups, users }: LogsAsked): WhoseStandings {
  if (!users) return { groups };
  const asked = users.map(folded).filter((text) => text !== '');
  const isOf = (user: User): boolean => {
    const name = folded(user.name);
    const emails = emailsOf(user).map(folded);
    return asked.some(
      (text) => emails.includes(text) || name === text || name.startsWith(`${text} `) || name.endsWith(` ${text}`),
    );
  };
  return { groups, isMeant: isOf };
}

const folded = (text: string | undefined): string =>
  (text ?? '').normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
