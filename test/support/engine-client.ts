import { silentLogger } from '../../src/base/logger.js';
import { openEngine } from '../../src/store/engine/engine.js';

/** A process that uses the engine of a folder until it is killed. Started by `startClient`. */
const [dataDir, idleMs] = process.argv.slice(2) as [string, string];
const engine = await openEngine({ dataDir, idleMs: Number(idleMs), logger: silentLogger });
process.send?.({ url: engine.url, pid: engine.pid() });
// A client that loses the process which started it has nobody left to end it.
process.once('disconnect', () => process.exit());
