import type { ActionClass, Outcome } from '../../../src/model/activity-log.js';
import { nativeActivityRef } from '../../../src/model/identity.js';
import type { Chance } from '../chance.js';
import { type Content, comments, contents, searches } from '../contents.js';
import { identityIn } from '../people.js';
import { type DemoEntry, type Scene, sourceEntry } from './scene.js';

const frequency = {
  ...{ viewed: 36, started: 9, progressed: 9, completed: 14, passed: 7, liked: 8 },
  ...{ searched: 7, commented: 3, shared: 3, pinned: 2, loggedin: 5 },
} as const;
type RecordType = keyof typeof frequency;

const classes: Readonly<Record<RecordType, ActionClass>> = {
  viewed: 'VIEWED',
  started: 'STARTED',
  progressed: 'PROGRESSED',
  completed: 'COMPLETED',
  passed: 'PASSED',
  liked: 'SOCIAL',
  commented: 'SOCIAL',
  shared: 'SOCIAL',
  pinned: 'SOCIAL',
  searched: 'SEARCH',
  loggedin: 'AUTH',
};

interface Data {
  readonly success?: boolean;
  readonly progresspercentage?: string;
  readonly [key: string]: unknown;
}

const courses = contents.filter((content) => content.key !== undefined);
const isScored = (content: Content): boolean => ['quiz', 'assessment'].includes(content.contentType);

/** A person learned something, or looked for it. */
export function thriveEntry({ cast, chance, atMs }: Scene): DemoEntry {
  const type = chance.weighted<RecordType>(frequency);
  // Of someone who was deleted since, the record no longer says who it was.
  const person = chance.odds(0.01) ? undefined : chance.pickUneven(cast.people);
  const content = contentFor(type, chance);
  const data = dataOf(type, content, chance);
  const row = {
    id: chance.hex(24),
    user: person?.thriveId ?? null,
    type,
    ...(content && { name: content.name }),
    date: new Date(atMs).toISOString(),
    contextId: content?.contextId ?? null,
    contextType: content ? 'content' : null,
    ...(content && { contentType: content.contentType }),
    data,
    with: null,
  };
  return sourceEntry('THRIVE', row, {
    nativeKey: row.id,
    nativeId: row.id,
    atMs,
    action: type,
    actionClass: classes[type],
    actor: person
      ? { kind: 'USER', key: identityIn('THRIVE', person.thriveId), nativeId: person.thriveId }
      : { kind: 'UNKNOWN' },
    object: content && { type: 'content', id: content.contextId, name: content.name },
    activityRef: content?.key === undefined ? undefined : nativeActivityRef('THRIVE', content.contextId),
    outcome: outcomeOf(type, data),
    progress: data.progresspercentage === undefined ? undefined : { percent: Number(data.progresspercentage) },
    summary: summaryOf(type, content, data),
    additionalData: JSON.stringify({ data, with: null }),
  });
}

function contentFor(type: RecordType, chance: Chance): Content | undefined {
  switch (type) {
    case 'loggedin':
    case 'searched':
      return undefined;
    case 'passed':
      return chance.pick(courses.filter(isScored));
    case 'started':
    case 'progressed':
    case 'completed':
      return chance.pickUneven(courses);
    default:
      return chance.pick(contents);
  }
}

function dataOf(type: RecordType, content: Content | undefined, chance: Chance): Data {
  switch (type) {
    case 'viewed':
      return {
        source: { source: chance.pick(['feed', 'search', 'assigned', 'audience']) },
        duration: String(chance.between(20, 1800)),
      };
    case 'progressed':
      return { progresspercentage: String(chance.between(1, 9) * 10) };
    case 'completed': {
      const score = chance.between(35, 100);
      return { completion: true, ...(content && isScored(content) && { success: score >= 70, score }) };
    }
    case 'passed':
      return { success: true, score: chance.between(70, 100), minScore: 0, maxScore: 100 };
    case 'searched':
      return { search: chance.pick(searches), searchresults: String(chance.between(0, 40)) };
    case 'commented':
      return { response: chance.pick(comments) };
    default:
      return {};
  }
}

function outcomeOf(type: RecordType, data: Data): Outcome | undefined {
  if (type === 'passed') return 'SUCCESS';
  if (data.success === undefined) return undefined;
  return data.success ? 'SUCCESS' : 'FAILURE';
}

function summaryOf(type: RecordType, content: Content | undefined, data: Data): string | undefined {
  if (type === 'searched') return `searched “${data.search}”, ${data.searchresults} results`;
  if (type === 'commented') return `${data.response}`;
  if (!content) return undefined;
  if (type === 'progressed') return `${content.name}: ${data.progresspercentage} %`;
  return data.score === undefined ? `${type} ${content.name}` : `${type} ${content.name} with ${data.score} points`;
}
