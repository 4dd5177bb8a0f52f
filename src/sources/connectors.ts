import type { Connector } from '../ingest/connector.js';
import type { SourceSystem } from '../model/source-system.js';

/** Every system that can be connected. */
export const allConnectors: ReadonlyMap<SourceSystem, Connector> = new Map();
