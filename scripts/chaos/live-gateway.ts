/** One gateway of the live chaos test, as a process of its own so that it can be killed with -9. */
import 'reflect-metadata';
import { readConfig } from '../../src/base/config.js';
import { silentLogger } from '../../src/base/logger.js';
import { createGateway } from '../../src/gateway.js';
import { connectStore } from '../../src/store/connect.js';
import type { GatewayOrder } from './live-gateways.js';

const order = JSON.parse(process.argv[2]!) as GatewayOrder;
const secret = 'a secret for a chaos test, of more than thirty-two characters';
const config = readConfig({
  NODE_ENV: 'test',
  MONGODB_URL: 'mongodb://of-the-chaos-test',
  TOKEN_SECRET: secret,
  SOURCE_SECRET_KEY: secret,
});
process.on('disconnect', () => process.exit(0));
const store = await connectStore({ ...order, serverSelectionTimeoutMs: 10_000 });
const gateway = await createGateway(config, {
  store,
  logger: silentLogger,
  tokenSecret: secret,
  holeMs: 200,
  signals: order.signals,
  // Little is kept and few read at once, so that coming back takes every way there is.
  liveTuning: { keptCharacters: 20_000, recentCharacters: 20_000, readersAtOnce: 4 },
});
process.send!({ url: await gateway.app.listen({ host: '127.0.0.1', port: 0 }) });
