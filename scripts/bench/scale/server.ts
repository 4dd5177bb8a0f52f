/**
 * The gateway that is measured, as a process of its own. `explains`: one that says of each answer what it took, which
 * costs it something, so nothing is timed there.
 */
import 'reflect-metadata';
import { readConfig } from '../../../src/base/config.js';
import { silentLogger } from '../../../src/base/logger.js';
import { createGateway } from '../../../src/gateway.js';
import { connectStore } from '../../../src/store/connect.js';
import { benchSecret, benchSettings } from '../graphql-data.js';

export interface ScaleServerOrder {
  readonly url: string;
  readonly database: string;
  readonly explains: boolean;
}

const { url, database, explains } = JSON.parse(process.argv[2]!) as ScaleServerOrder;
const config = readConfig({ ...benchSettings, NODE_ENV: explains ? 'development' : 'production' });
const store = await connectStore({ url, database, monitorCommands: explains });
const gateway = await createGateway(config, { store, logger: silentLogger, tokenSecret: benchSecret });
process.on('disconnect', () => process.exit(0));
process.send!({ url: await gateway.app.listen({ host: '127.0.0.1', port: 0 }) });
