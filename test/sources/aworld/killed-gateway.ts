/** A process that serves the façade, and dies by SIGKILL between recording an entry and keeping its answer. */
import { connectStore } from '../../../src/store/connect.js';
import { openFacade } from './support.js';

const [url, database] = process.argv.slice(2) as [string, string];
const facade = await openFacade(await connectStore({ url, database }), {
  keys: {
    complete: () => {
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    },
  },
});
process.stdout.write(`${facade.url}\n`);
