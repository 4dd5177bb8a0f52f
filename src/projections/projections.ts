import type { Store } from '../store/connect.js';
import type { Projection } from './projection.js';

/** Everything that is made from the log. */
export const projectionsOf = (_store: Store): readonly Projection[] => [];
