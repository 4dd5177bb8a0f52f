import type { CreateActivityInput, SourceId } from '../../src/model/activity-input.js';
import { aworldActivities } from './aworld-activities.js';
import { contents } from './contents.js';
import { demoPathways } from './pathways.js';

/** What people enter through the gateway's own API. */
const ownDefinitions = [
  {
    key: 'store-opening-check',
    name: 'Store opening check',
    description: 'Walk the store before the doors open.',
  },
  { key: 'team-huddle', name: 'Team huddle', description: 'Ten minutes together at the start of a shift.' },
] as const satisfies readonly CreateActivityInput[];

const known = (source: SourceId['source'], id: string): { sourceIds: SourceId[] } => ({ sourceIds: [{ source, id }] });

/** The demo's forty definitions, each under the id that its system knows it by. */
export const definitions: readonly CreateActivityInput[] = [
  ...aworldActivities.map(({ id, key, name, description }) => ({ key, name, description, ...known('AWORLD', id) })),
  ...demoPathways.flatMap(({ native, steps }) =>
    steps.map(({ ID, key, name, level }) => ({
      key,
      name,
      description: `A step of the pathway ${native.name}, level ${level}.`,
      ...known('FALKOR', ID),
    })),
  ),
  ...contents.flatMap(({ key, name, contentType, contextId }) =>
    key === undefined
      ? []
      : [{ key, name, description: `Learning content: ${contentType}.`, ...known('THRIVE', contextId) }],
  ),
  ...ownDefinitions,
];
