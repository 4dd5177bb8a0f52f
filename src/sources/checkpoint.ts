import type { Checkpoint } from '../ingest/connector.js';

/** Where reading stands, as the JSON that is kept of it: without what is undefined. */
export const checkpointOf = (place: object): Checkpoint => JSON.parse(JSON.stringify(place)) as Checkpoint;
