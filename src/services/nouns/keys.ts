import { isId } from '../../base/ids.js';

/** Whether a cursor's key is one of a list that is ordered by name and id. */
export const isNameKey = (key: readonly (number | string)[]): boolean =>
  key.length === 2 && typeof key[0] === 'string' && isId(key[1]);
