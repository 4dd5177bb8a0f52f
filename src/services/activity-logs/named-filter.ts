import type { Activity } from '../../model/activity.js';
import type { ResolvedFilter } from '../../model/activity-log-filter.js';
import type { LogRecord } from '../../model/log-record.js';
import { decodeChange, type NounChange, type NounState } from '../../model/noun-change.js';
import type { User } from '../../model/user.js';
import type { Meaning } from './meaning.js';

export type NamedUser = Pick<User, 'id' | 'name' | 'identities' | 'mergedFrom'>;
export type NamedActivity = Pick<Activity, 'id' | 'key' | 'name' | 'refs'>;

export interface FilterNames {
  readonly users?: Meaning<NamedUser>;
  /** Of a viewer who may see no more than their own. */
  readonly own?: Meaning<NamedUser>;
  readonly activities?: Meaning<NamedActivity>;
}

/**
 * A filter whose names are resolved, as of a place in the log. People who are made, changed, merged or taken apart later,
 * and definitions likewise, change what it means from the very entry that says so, without a look at the store.
 */
export class NamedFilter {
  readonly filter: ResolvedFilter;

  /** @param plain what needs no looking up. */
  constructor(
    private readonly plain: ResolvedFilter,
    private readonly names: FilterNames,
  ) {
    const { users, own, activities } = names;
    this.filter = {
      ...plain,
      ...(users && { actorKeys: users.keys }),
      ...(activities && { activityRefs: activities.keys }),
      ...(own && { onlyActorKeys: own.keys }),
    };
  }

  /** What it means after a record of the log; the same where nothing changes. */
  after(record: LogRecord): NamedFilter {
    if (record.kind !== 'control' || record.control.payload === undefined) return this;
    const { users, own, activities } = this.names;
    if (record.control.noun === 'user' && (users || own)) {
      const change = changeOf<User>(record, record.control.payload);
      return this.#with({ users: users?.after(change), own: own?.after(change), activities });
    }
    if (record.control.noun === 'activity' && activities) {
      return this.#with({
        users,
        own,
        activities: activities.after(changeOf<Activity>(record, record.control.payload)),
      });
    }
    return this;
  }

  #with(names: FilterNames): NamedFilter {
    const isSame = names.users === this.names.users && names.own === this.names.own;
    return isSame && names.activities === this.names.activities ? this : new NamedFilter(this.plain, names);
  }
}

/** One record is looked at for many filters. */
const decoded = new WeakMap<LogRecord, unknown>();

function changeOf<T>(record: LogRecord, payload: string): NounChange<NounState<T>> {
  const known = (decoded.get(record) as NounChange<NounState<T>> | undefined) ?? decodeChange<NounState<T>>(payload);
  decoded.set(record, known);
  return known;
}
