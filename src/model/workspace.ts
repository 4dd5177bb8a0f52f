import type { Id } from '../base/ids.js';

export interface Workspace {
  readonly id: Id;
  /** What paths and credentials name it by: lower-case letters, digits and dashes. */
  readonly key: string;
  readonly name: string;
  readonly createdAt: Date;
}
