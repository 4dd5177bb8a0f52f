import type { JsonValue } from '../base/json.js';

/** One call to a source. */
export interface UpstreamRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Below the source's base URL, starting with `/`; or a whole URL of the source's own origin, as pages name their next one. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is JSON text already. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Statuses beyond 2xx that are answers and no faults. */
  readonly accept?: readonly number[];
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as it came, decompressed. */
  readonly text: string;
  /** The body as JSON. Throws UpstreamError MALFORMED where it is none. */
  json(): JsonValue;
}

/** Calls to one source's origin, with limits on time and size. */
export interface Upstream {
  /** @throws UpstreamError for everything but an answer with a 2xx status or one of `accept`. */
  call(request: UpstreamRequest): Promise<UpstreamAnswer>;
}
