import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';

/** The states that Falkor documents. */
export const falkorStates = ['not started', 'in progress', 'completed'] as const;
export type FalkorState = (typeof falkorStates)[number];

/** How far somebody is with an activity. */
export interface Status {
  readonly complete: boolean;
  /** 0 to 100. */
  readonly progress: number;
  readonly state: string;
  /** When it changed last: ISO 8601 to the second, with an offset. Empty where it is not known. */
  readonly timestamp: string;
}

/**
 * What an activity was fulfilled with: an object whose `type` names a member of its own (`data`, `story`, `checkin`), of an
 * open set of kinds; an empty list where there is nothing yet.
 */
export type Fulfilment = JsonValue;

/** One person's standing in one activity. What is not known is an empty string. */
export interface LogItem {
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string;
  readonly telephone: string;
  readonly country: string;
  readonly city: string;
  readonly groups: readonly string[];
  readonly status: Status;
  readonly fulfilment: Fulfilment;
}

/** An activity of a pathway, without its numbers and logs. */
export interface ActivityHeader {
  readonly ID: string;
  readonly name: string;
  readonly type: string;
  readonly fulfilmentType: string;
  readonly required: boolean;
  /** 1 to 4. */
  readonly level: number;
}

export interface PathwayHeader {
  readonly name: string;
  readonly type: 'pathway';
  readonly ID: string;
}

/** A log item with what it is a log item of, as an entry keeps it; of each, what we rely on. */
export interface PathwayRow {
  readonly pathway: JsonObject & { readonly ID: string };
  readonly activity: JsonObject & { readonly ID: string };
  readonly log: JsonObject & { readonly status: JsonObject & { readonly state: string } };
}

/** The row that a text holds; undefined where it is none. */
export function readRow(text: string): PathwayRow | undefined {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) return undefined;
  const { pathway, activity, log } = value;
  const isRow = hasId(pathway) && hasId(activity) && isJsonObject(log) && isStatus(log.status);
  return isRow ? ({ pathway, activity, log } as unknown as PathwayRow) : undefined;
}

const hasId = (value: JsonValue | undefined): boolean =>
  isJsonObject(value) && typeof value.ID === 'string' && value.ID !== '';

const isStatus = (value: JsonValue | undefined): boolean =>
  isJsonObject(value) && typeof value.state === 'string' && 'timestamp' in value;
