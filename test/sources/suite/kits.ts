import type { SourceSystem } from '../../../src/model/source-system.js';
import { allConnectors } from '../../../src/sources/connectors.js';
import { aworldKit } from './aworld-kit.js';
import { falkorKit } from './falkor-kit.js';
import type { SourceKit } from './kit.js';
import { posthogKit } from './posthog-kit.js';
import { thriveKit } from './thrive-kit.js';
import { tikmatrixKit } from './tikmatrix-kit.js';

const kits: ReadonlyMap<SourceSystem, SourceKit> = new Map([
  ['AWORLD', aworldKit],
  ['POSTHOG', posthogKit],
  ['THRIVE', thriveKit],
  ['FALKOR', falkorKit],
  ['TIKMATRIX', tikmatrixKit],
]);

/** Every connector with its kit. One without a kit fails the suite: it says what is to be written. */
export const sources = [...allConnectors.values()].map((connector) => {
  const kit = kits.get(connector.system);
  if (!kit) throw new Error(`${connector.system} has a connector and no kit: write one and list it in kits.ts`);
  return { connector, kit, system: connector.system };
});
