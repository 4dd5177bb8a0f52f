import type { Activity } from '../../model/activity.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import { decodeChange, type NounChange, type NounState } from '../../model/noun-change.js';
import type { Pathway } from '../../model/pathway.js';
import type { User } from '../../model/user.js';
import type { Meaning } from './meaning.js';

export type NamedUser = Pick<User, 'id' | 'name' | 'identities' | 'mergedFrom'>;
export type NamedPathway = Pick<Pathway, 'id' | 'key' | 'name'>;
export type NamedActivity = Pick<Activity, 'id' | 'key' | 'name' | 'refs'>;

export interface FilterNames {
  readonly users?: Meaning<NamedUser>;
  /** Of a viewer who may see no more than their own. */
  readonly own?: Meaning<NamedUser>;
  readonly activities?: Meaning<NamedActivity>;
  readonly pathways?: Meaning<NamedPathway>;
}

/**
 * A filter whose names are resolved, as of a place in the log. People who are made, changed, merged or taken apart later,
 * and definitions and pathways likewise, change what it means from the very entry that says so, without a look at the store.
 */
export class NamedFilter {
  readonly filter: ResolvedFilter;

  /** @param plain what needs no looking up. */
  constructor(
    private readonly plain: ResolvedFilter,
    private readonly names: FilterNames,
  ) {
    const { users, own, activities, pathways } = names;
    this.filter = {
      ...plain,
      ...(users && { actorKeys: users.keys }),
      ...(activities && { activityRefs: activities.keys }),
      ...(pathways && { pathwayIds: pathways.keys }),
      ...(own && { onlyActorKeys: own.keys }),
    };
  }

  /** What it means after a record of the log; the same where nothing changes. */
  after(record: LogRecord): NamedFilter {
    if (record.kind !== 'control' || record.control.payload === undefined) return this;
    const { users, own, activities, pathways } = this.names;
    const { noun, payload } = record.control;
    if (noun === 'user' && (users || own)) {
      const change = changeOf<User>(record, payload);
      return this.#with({ users: users?.after(change), own: own?.after(change) });
    }
    if (noun === 'activity' && activities) {
      return this.#with({ activities: activities.after(changeOf<Activity>(record, payload)) });
    }
    if (noun === 'pathway' && pathways) {
      return this.#with({ pathways: pathways.after(changeOf<Pathway>(record, payload)) });
    }
    return this;
  }

  #with(changed: FilterNames): NamedFilter {
    const isSame = (Object.keys(changed) as (keyof FilterNames)[]).every((name) => changed[name] === this.names[name]);
    return isSame ? this : new NamedFilter(this.plain, { ...this.names, ...changed });
  }
}

/** One record is looked at for many filters. */
const decoded = new WeakMap<LogRecord, unknown>();

function changeOf<T>(record: LogRecord, payload: string): NounChange<NounState<T>> {
  const known = (decoded.get(record) as NounChange<NounState<T>> | undefined) ?? decodeChange<NounState<T>>(payload);
  decoded.set(record, known);
  return known;
}
