import { closeSync, writeSync } from 'node:fs';
import { ControlServer } from './control-server.js';
import { openEmbedded } from './embedded.js';
import { messageOf } from './engine-error.js';
import { openMongod } from './mongod.js';
import { type ChildOrder, DataFolderTaken, type Opening, openingDescriptor, type Serving } from './order.js';
import { socketsOf } from './sockets.js';

/** The process that holds the data folder open and serves it, on behalf of every gateway that uses it. Standard output is its log file. */
const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;
const sockets = socketsOf(order.dataFolder);
/** An engine that cannot close within this time is given up; what was acknowledged is in its journal. */
const closeWithinMs = 10_000;

let serving: Serving;
let control: ControlServer;
try {
  serving =
    order.engine === 'mongod'
      ? await openMongod(order.mongod ?? 'mongod', order.dataFolder, sockets)
      : await openEmbedded(order.dataFolder, sockets);
  control = new ControlServer(order.dataFolder, sockets, serving, order.idleMs);
} catch (error) {
  const taken = error instanceof DataFolderTaken;
  if (!taken) say(`cannot open ${order.dataFolder}: ${messageOf(error)}`);
  report(taken ? { state: 'taken' } : { state: 'failed', message: messageOf(error) });
  process.exit(taken ? 75 : 1);
}

process.on('SIGTERM', () => control.end());
process.on('SIGINT', () => control.end());
process.on('SIGHUP', () => {});
let closing = false;
serving.lost.then((reason) => {
  if (closing) return;
  say(`the engine is gone: ${reason}`);
  control.end();
  process.exit(1);
});
say(`serving ${order.dataFolder}`);
report({ state: 'ready' });

await control.ended;
closing = true;
setTimeout(() => process.exit(1), closeWithinMs).unref();
await serving.close();
say('closed');
process.exit(0);

function say(line: string): void {
  console.log(`${new Date().toISOString()} ${process.pid} ${line}`);
}

/** The launcher may be gone already, which is no reason for the child to fail. */
function report(opening: Opening): void {
  try {
    writeSync(openingDescriptor, `${JSON.stringify(opening)}\n`);
    closeSync(openingDescriptor);
  } catch {}
}
