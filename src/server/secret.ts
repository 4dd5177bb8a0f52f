import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are equal, in a time that does not tell how much of them is. */
export const matchesSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));
