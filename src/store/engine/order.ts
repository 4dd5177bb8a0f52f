/** What a launcher tells the child to do; travels as JSON in its arguments. */
export interface ChildOrder {
  readonly engine: 'embedded' | 'mongod';
  readonly dataFolder: string;
  /** The executable, for `mongod`. */
  readonly mongod?: string;
  readonly idleMs: number;
}

/** How the opening went; travels as one JSON line over the child's descriptor 3. */
export type Opening =
  | { readonly state: 'ready' }
  /** Another process holds the data folder. */
  | { readonly state: 'taken' }
  | { readonly state: 'failed'; readonly message: string };

export const openingDescriptor = 3;

/** What the child says first to each client, and again when one that came before it has left. One that hears nothing has not been counted. */
export interface Greeting {
  readonly pid: number;
  /** How many of those that are there came earlier. */
  readonly rank: number;
}

/** An engine that is open in this process and can be reached at a socket. */
export interface Serving {
  readonly socketPath: string;
  /** Ends the engine in order; the data folder's lock is free afterwards. */
  close(): Promise<void>;
  /** Settles if the engine ends without having been asked. */
  readonly lost: Promise<string>;
}

/** Thrown by an engine whose data folder is locked by another process. */
export class DataFolderTaken extends Error {
  override readonly name = 'DataFolderTaken';
}
