import { isJsonObject, type JsonObject } from '../../base/json.js';
import type { IngestedRow, Snapshot, SourceActor, SourcePathwayActivity } from '../../ingest/connector.js';
import { malformed } from '../../ingest/upstream-error.js';
import { textOf } from '../native-fields.js';
import { rowText } from './answer.js';
import type { ReadPathway } from './api.js';
import { groupsOf, personOf } from './mapping.js';
import { readRow } from './payload.js';
import { toRow } from './rows.js';

export interface ReadSnapshot {
  readonly snapshot: Snapshot;
  readonly rows: readonly IngestedRow[];
  /** Why log items are no rows, one reason each. */
  readonly rejected: readonly string[];
}

/** A pathway's answer as rows, and what it says of the pathway itself. @throws UpstreamError MALFORMED */
export function snapshotOf({ pathway, activities }: ReadPathway, seenAt: Date): ReadSnapshot {
  const header: unknown = JSON.parse(pathway);
  const id = isJsonObject(header) ? textOf(header.ID) : undefined;
  if (!isJsonObject(header) || id === undefined) throw malformed('The source answered a pathway without an ID');
  const rows: IngestedRow[] = [];
  const rejected: string[] = [];
  const enrolled = new Map<string, { actor: SourceActor; groups: readonly string[] }>();
  const times = new Map<string, number>();
  for (const { header: activity, logs } of activities) {
    for (const log of logs) {
      const native = rowText(pathway, activity, log);
      const row = toRow(native, seenAt);
      if (typeof row === 'string') {
        rejected.push(row);
        continue;
      }
      // Of people of whom the very same is said, each has a row of their own all the same.
      const nth = (times.get(row.nativeKey) ?? 0) + 1;
      times.set(row.nativeKey, nth);
      rows.push(nth === 1 ? row : { ...row, nativeKey: `${row.nativeKey}#${nth}` });
      const said = readRow(native)!.log;
      enrolled.set(personOf(said), { actor: row.actor, groups: groupsOf(said) });
    }
  }
  const said = {
    id,
    name: textOf(header.name) ?? id,
    activities: activitiesOf(activities.map((activity) => JSON.parse(activity.header) as JsonObject)),
    enrolled: [...enrolled.values()],
  };
  return { rows, rejected, snapshot: { name: id, seenAt, pathway: said } };
}

function activitiesOf(headers: readonly JsonObject[]): SourcePathwayActivity[] {
  const known = new Map<string, SourcePathwayActivity>();
  for (const { ID, name, type, fulfilmentType, required, level } of headers) {
    const id = textOf(ID);
    if (id === undefined || known.has(id)) continue;
    known.set(id, {
      id,
      name: textOf(name) ?? id,
      type: textOf(type),
      fulfilmentType: textOf(fulfilmentType),
      required: required !== false,
      level: typeof level === 'number' ? level : 1,
    });
  }
  return [...known.values()];
}
