import { visit } from 'jsonc-parser';
import { memberTexts } from '../../base/json-members.js';

/** A pathway's answer, taken apart: each part in its own bytes. */
export interface AnswerParts {
  /** How many pathways it tells of; the others are of the first. */
  readonly pathways: number;
  readonly pathway?: string;
  readonly activities: readonly ActivityPart[];
}

export interface ActivityPart {
  /** Without its numbers and logs, which are not of any one row. */
  readonly header: string;
  readonly logs: readonly string[];
}

const leftOut = new Set(['logs', 'stats']);
/** Where we are in an answer: the root's member, the pathway's place, its member, the activity's place, its member, the log's place. */
const depths = { pathway: 2, pathwayMember: 3, activity: 4, activityMember: 5, log: 6 } as const;

/**
 * Takes an answer apart in one walk over it.
 * @param text JSON that was parsed before, and so is well-formed.
 */
export function answerParts(text: string): AnswerParts {
  const at: (string | number)[] = [];
  const starts: number[] = [];
  let pathways = 0;
  let pathway: string | undefined;
  const activities: { members: Map<string, string>; logs: string[] }[] = [];

  const isIn = (depth: number): boolean =>
    at[0] === 'data' && at[1] === 0 && (depth <= depths.pathwayMember || at[2] === 'activities');
  const ended = (start: number, end: number): void => {
    const depth = at.length;
    if (depth === depths.pathway && at[0] === 'data') pathways += 1;
    else if (depth < depths.pathwayMember || depth > depths.log || !isIn(depth)) return;
    else if (depth === depths.pathwayMember && at[2] === 'pathway') pathway = text.slice(start, end);
    else if (depth === depths.activityMember && !leftOut.has(at[4] as string)) {
      activityAt(at[3] as number).members.set(at[4] as string, text.slice(start, end));
    } else if (depth === depths.log && at[4] === 'logs') activityAt(at[3] as number).logs.push(text.slice(start, end));
  };
  const activityAt = (index: number) => {
    activities[index] ??= { members: new Map(), logs: [] };
    return activities[index];
  };
  const next = (): void => {
    const last = at.at(-1);
    if (typeof last === 'number') at[at.length - 1] = last + 1;
  };
  const began = (offset: number, first: string | number): void => {
    next();
    starts.push(offset);
    at.push(first);
  };
  const over = (offset: number, length: number): void => {
    at.pop();
    ended(starts.pop()!, offset + length);
  };
  visit(text, {
    onObjectBegin: (offset) => began(offset, ''),
    onObjectProperty: (name) => {
      at[at.length - 1] = name;
    },
    onObjectEnd: over,
    onArrayBegin: (offset) => began(offset, -1),
    onArrayEnd: over,
    onLiteralValue: (_value, offset, length) => {
      next();
      ended(offset, offset + length);
    },
  });
  return {
    pathways,
    pathway,
    activities: activities.map(({ members, logs }) => ({ header: objectOf(members), logs })),
  };
}

const objectOf = (members: ReadonlyMap<string, string>): string =>
  `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;

/** A log item with what it is of, as one text. */
export const rowText = (pathway: string, activity: string, log: string): string =>
  `{"pathway":${pathway},"activity":${activity},"log":${log}}`;

/** The log item's own bytes out of a row's text; undefined where there is none. */
export const logText = (row: string): string | undefined => memberTexts(row).get('log');
