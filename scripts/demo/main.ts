/**
 * The demo's data and feeder, as a program of its own beside the gateway that forks it. Ends, cleanly and with 0, when it
 * is told to (SIGTERM, SIGINT) and when its gateway is gone.
 */
import { createLogger } from '../../src/base/logger.js';
import { demoOrderVariable } from '../../src/demo.js';
import { runDemo } from './demo.js';
import type { PacedDemoOrder, Tell } from './order.js';

/** How long it may take to finish what is being written. */
const patienceMs = 8000;

const order = JSON.parse(process.env[demoOrderVariable]!) as PacedDemoOrder;
const logger = createLogger(process.env.LOG_LEVEL || 'info');
const stopping = new AbortController();

const stop = (): void => {
  stopping.abort();
  setTimeout(() => process.exit(1), patienceMs).unref();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);

/** A parent that is gone hears nothing, and that is no error. */
const tell: Tell = (message) => {
  if (process.connected) process.send?.(message, () => {});
};

try {
  await runDemo(order, { logger, signal: stopping.signal, tell });
} catch (error) {
  logger.fatal({ err: error }, 'demo: cannot go on');
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
