import type { PayloadBudget } from '../model/payload-budget.js';
import type { Viewer } from '../model/viewer.js';
import type { Loaders } from './loaders.js';
import { noCredential } from './no-credential.js';

/** What an operation is, once its document is known. For the log line and the metrics. */
export interface OperationNote {
  name?: string;
  kind: 'query' | 'mutation' | 'subscription' | 'introspection' | 'none';
  /** Who executed it, once it was. */
  executor?: 'compiled' | 'interpreted';
}

/** What resolvers know of the request that they answer. Made anew for each. */
export interface RequestContext {
  /** Who asks; absent only where nothing but the schema may be asked for. */
  readonly viewer?: Viewer;
  readonly requestId: string;
  readonly loaders: Loaders;
  readonly operation: OperationNote;
  readonly budget: PayloadBudget;
}

/** @throws CodedError UNAUTHENTICATED */
export function viewerOf(context: RequestContext): Viewer {
  if (!context.viewer) throw noCredential();
  return context.viewer;
}
