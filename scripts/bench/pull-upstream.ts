/** An emulated Thrive with many records, as a process of its own: `pull-upstream.ts <records>`. Tells its parent where it is. */
import { Arrivals } from '../upstreams/arrivals.js';
import { startThrive } from '../upstreams/thrive.js';

const count = Number(process.argv[2]);
/** Two years, at even steps. */
const spanMs = 2 * 365 * 86_400_000;

const thrive = await startThrive({ tenantId: 'tenant_1', apiSecret: 'api-secret' });
const arrivals = new Arrivals('THRIVE', 1);
const startMs = Date.now() - spanMs;
for (let n = 0; n < count; n += 1) thrive.records.add(arrivals.next(startMs + Math.floor((spanMs * n) / count)));
process.on('disconnect', () => void thrive.close().then(() => process.exit()));
process.send!({ url: thrive.url, since: new Date(startMs - 1000).toISOString() });
