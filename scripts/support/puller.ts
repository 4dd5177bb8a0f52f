/** A process that reads a source, until it is killed. */
import { type PullOrder, startPulling } from './pulling.js';

const pulling = await startPulling(JSON.parse(process.argv[2]!) as PullOrder);
process.on('disconnect', () => void pulling.close().then(() => process.exit()));
process.send!('up');
