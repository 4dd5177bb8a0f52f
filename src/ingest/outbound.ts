import { setTimeout as later } from 'node:timers';
import { Agent, type Dispatcher } from 'undici';
import { type Closeable, unlessAborted } from '../base/lifecycle.js';
import { checkLiteralAddress, publicLookup } from './outbound-address.js';
import { readBody } from './outbound-body.js';
import { faultOfFailure, faultOfStatus } from './outbound-faults.js';
import type { Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.js';
import { malformed, UpstreamError } from './upstream-error.js';

export interface OutboundLimits {
  /** To connect. */
  readonly connectMs: number;
  /** Until the answer begins, and between two parts of it. */
  readonly silenceMs: number;
  /** For one call in all. */
  readonly totalMs: number;
  /** Of one answer as it travels, in bytes. */
  readonly wireBytes: number;
  /** Of one answer decompressed, in bytes. */
  readonly textBytes: number;
}

const defaultOutboundLimits: OutboundLimits = {
  connectMs: 5_000,
  silenceMs: 20_000,
  totalMs: 60_000,
  wireBytes: 32 * 1024 * 1024,
  textBytes: 64 * 1024 * 1024,
};

export interface OutboundOptions {
  /** Origins that the administrator lets sources call though they are on this machine or its network. */
  readonly privateOrigins: readonly string[];
  readonly limits?: Partial<OutboundLimits>;
}

/** Where calls may go beside the source's own public origin. */
export interface Reach {
  /** Those that its system has by definition. */
  readonly otherOrigins?: readonly string[];
  /** Its own origin may be on this machine or its network. */
  readonly allowsPrivate?: boolean;
}

interface Target extends Required<Reach> {
  readonly base: URL;
}

const maxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);

/** The one way out: every call to a system that we do not run goes through here. */
export class Outbound implements Closeable {
  readonly #limits: OutboundLimits;
  readonly #public: Agent;
  readonly #private: Agent;

  constructor(private readonly options: OutboundOptions) {
    this.#limits = { ...defaultOutboundLimits, ...options.limits };
    const { connectMs, silenceMs, wireBytes } = this.#limits;
    const common = {
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      maxResponseSize: wireBytes,
      connections: 8,
      pipelining: 1,
    };
    this.#public = new Agent({ ...common, connect: { timeout: connectMs, lookup: publicLookup } });
    this.#private = new Agent({ ...common, connect: { timeout: connectMs } });
  }

  /** Calls that go to the origin of `baseUrl`, to those others that its system has by definition, and nowhere else. */
  to(baseUrl: string, { otherOrigins = [], allowsPrivate = false }: Reach = {}): Upstream {
    const base = new URL(baseUrl);
    return { call: (request) => this.#call({ base, otherOrigins, allowsPrivate }, request) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#public.destroy(), this.#private.destroy()]);
  }

  async #call(target: Target, request: UpstreamRequest): Promise<UpstreamAnswer> {
    let url = urlOf(target, request);
    const ended = new AbortController();
    const timer = later(() => ended.abort(new UpstreamError('UNREACHABLE', tooSlow)), this.#limits.totalMs);
    try {
      for (let hops = 0; hops <= maxRedirects; hops += 1) {
        // The client itself does not end a call that still waits for a connection.
        const answer = await unlessAborted(this.#send(target, url, request, ended.signal), ended.signal);
        if (!answer) throw ended.signal.reason;
        if (!redirects.has(answer.status)) return accepted(answer, request);
        url = redirected(target.base, url, answer, request);
      }
      throw malformed('The source redirects from one place to the next without end');
    } catch (error) {
      throw ended.signal.aborted ? ended.signal.reason : faultOfFailure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #send(target: Target, url: URL, request: UpstreamRequest, signal: AbortSignal): Promise<Answer> {
    const isVouchedFor = target.allowsPrivate && url.origin === target.base.origin;
    const isPrivate = isVouchedFor || this.options.privateOrigins.includes(url.origin);
    if (!isPrivate) checkLiteralAddress(url);
    const response: Dispatcher.ResponseData = await (isPrivate ? this.#private : this.#public).request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method ?? 'GET',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip, br',
        ...contentType(request),
        ...request.headers,
      },
      body: bodyOf(request),
      signal,
    });
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    const text = await readBody(response.body, headers['content-encoding'], this.#limits.textBytes);
    return new Answer(response.statusCode, headers, text);
  }
}

class Answer implements UpstreamAnswer {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string | undefined>>,
    readonly text: string,
  ) {}

  json(): ReturnType<UpstreamAnswer['json']> {
    try {
      return JSON.parse(this.text) as ReturnType<UpstreamAnswer['json']>;
    } catch (error) {
      const isPage = this.text.trimStart().startsWith('<');
      throw malformed(`The source answered ${isPage ? 'with a web page' : 'something that is no JSON'}`, error);
    }
  }
}

const tooSlow = 'The source takes too long to answer';

function urlOf({ base, otherOrigins }: Target, { path, query = {} }: UpstreamRequest): URL {
  const isWhole = /^https?:\/\//i.test(path);
  const url = isWhole ? new URL(path) : new URL(base.pathname.replace(/\/$/, '') + path, base);
  if (url.origin !== base.origin && !otherOrigins.includes(url.origin)) throw elsewhere();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

function accepted(answer: Answer, { accept = [] }: UpstreamRequest): Answer {
  if ((answer.status >= 200 && answer.status < 300) || accept.includes(answer.status)) return answer;
  throw faultOfStatus(answer.status, answer.headers['retry-after']);
}

/** @throws UpstreamError for a redirect that leaves the origin, or that would repeat a write. */
function redirected(base: URL, from: URL, { headers }: Answer, { method = 'GET' }: UpstreamRequest): URL {
  const { location } = headers;
  if (location === undefined || !URL.canParse(location, from)) throw malformed('The source redirects to nowhere');
  const url = new URL(location, from);
  if (url.origin !== base.origin) throw elsewhere();
  if (method !== 'GET') throw new UpstreamError('REFUSED', 'The source redirects a write; correct its base URL');
  return url;
}

const elsewhere = (): UpstreamError =>
  new UpstreamError('BLOCKED', 'The source points to another origin; calls go to its configured one only');

const contentType = ({ json, form }: UpstreamRequest): Record<string, string> => {
  if (json !== undefined) return { 'content-type': 'application/json' };
  return form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
};

const bodyOf = ({ json, form }: UpstreamRequest): string | undefined => {
  if (json !== undefined) return typeof json === 'string' ? json : JSON.stringify(json);
  return form && new URLSearchParams(form).toString();
};
