import { unexplained } from './explanation.js';
import { untraced } from './tracing.js';

/** Starts what goes on after the request that came to need it first, and is no part of it. */
export const inBackground = <T>(start: () => T): T => unexplained(() => untraced(start));
