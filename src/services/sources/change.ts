import { isDeepStrictEqual } from 'node:util';
import type { Source } from '../../model/source.js';
import { defaultEverySeconds } from './input.js';

/** What a source is unless somebody says otherwise. */
export const unsaid = {
  secretNames: [],
  trustsEmails: false,
  writesThrough: false,
  acceptsUnsigned: false,
  everyMs: defaultEverySeconds * 1000,
};

/** Whether a place in what was read before means nothing in what is read now. */
export const isReadElsewhere = (before: Source, now: Source): boolean =>
  before.baseUrl !== now.baseUrl || !isDeepStrictEqual(before.settings, now.settings);
