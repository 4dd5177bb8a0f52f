import { createHash } from 'node:crypto';

/** Short, and equal for equal texts alone. */
export const hashText = (text: string): string => createHash('sha256').update(text).digest('base64url');
