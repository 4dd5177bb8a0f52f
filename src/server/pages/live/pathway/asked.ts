/** What the view asks for of pathways, and is told of them. */
export interface Pathway {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** Null for who may see their own progress only. */
  readonly statistics: { readonly total: number } | null;
  readonly activities: readonly Step[];
}

export interface Step {
  readonly activityId: string;
  readonly level: number;
  readonly required: boolean;
  readonly activity: { readonly name: string } | null;
}

export type ProgressState = 'NOT_STARTED' | 'IN_PROGRESS' | 'COMPLETED';

export interface Progress {
  readonly userId: string;
  readonly state: ProgressState;
  readonly percent: number;
  readonly user: { readonly name: string } | null;
  readonly activities: readonly {
    readonly activityId: string;
    readonly state: ProgressState;
    readonly percent: number | null;
  }[];
}

export interface Statistics {
  readonly total: number;
  readonly notStarted: number;
  readonly inProgress: number;
  readonly completed: number;
  readonly activities: readonly { readonly activityId: string; readonly completed: number }[];
}

export interface ProgressEvent {
  readonly cursor: string;
  readonly userId: string;
  /** Null for who left. */
  readonly progress: Progress | null;
  readonly statistics: Statistics | null;
}

const progressFields = 'userId state percent user { name } activities { activityId state percent }';
const statisticsFields = 'total notStarted inProgress completed activities { activityId completed }';

export const pathwaysDocument = `query Pathways {
  pathways(first: 50, filter: { archived: false }) {
    nodes { id key name statistics { total } activities { activityId level required activity { name } } }
  }
}`;

export const progressDocument = `query Progress($id: ObjectID!, $after: PageCursor) {
  pathway(id: $id) { statistics { ${statisticsFields} } }
  pathwayProgress(pathwayId: $id, first: 500, after: $after) {
    nodes { ${progressFields} }
    pageInfo { hasNextPage endCursor }
    feedCursor
  }
}`;

export const followDocument = `subscription Pathway($id: ObjectID!, $after: FeedCursor) {
  pathwayProgressed(pathwayId: $id, after: $after) {
    cursor userId progress { ${progressFields} } statistics { ${statisticsFields} }
  }
}`;

export interface PathwaysAnswer {
  readonly pathways: { readonly nodes: readonly Pathway[] };
}

export interface ProgressAnswer {
  readonly pathway: { readonly statistics: Statistics | null } | null;
  readonly pathwayProgress: {
    readonly nodes: readonly Progress[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly feedCursor: string;
  };
}
