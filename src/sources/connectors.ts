import type { Connector } from '../ingest/connector.js';
import type { SourceSystem } from '../model/source-system.js';
import { aworldConnector } from './aworld/connector.js';
import { falkorConnector } from './falkor/connector.js';
import { posthogConnector } from './posthog/connector.js';
import { thriveConnector } from './thrive/connector.js';
import { tikmatrixConnector } from './tikmatrix/connector.js';

const listed = [aworldConnector, falkorConnector, posthogConnector, thriveConnector, tikmatrixConnector];

/** Every system that can be connected. A connector sees no settings but those that its own schema has checked. */
export const allConnectors: ReadonlyMap<SourceSystem, Connector> = new Map(
  (listed as unknown as readonly Connector[]).map((connector) => [connector.system, connector]),
);
