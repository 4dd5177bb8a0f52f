import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { matchesSecret } from '../auth/secrets.js';
import { CodedError } from '../base/errors.js';
import type { ConnectionCounts, LiveCounts, LogMetrics } from '../base/metrics.js';
import { isDirectLoopback } from './peer.js';

/** What was asked for, coarsely: an operation's name is the caller's choice and would make labels without end. */
export type OperationClass = 'query' | 'mutation' | 'subscription' | 'introspection' | 'none';

/** The gateway's numbers, for Prometheus. */
export interface ServerMetrics extends LogMetrics {
  /** Where the numbers of what is followed and of what is open come from whenever somebody looks. */
  observeLive(counts: () => LiveCounts & ConnectionCounts): void;
  requestEnded(request: { route: string; operation: OperationClass; status: number; seconds: number }): void;
  /** In Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const sizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** A registry of its own, so that several gateways in one process do not meet. */
export function createMetrics(): ServerMetrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const labelNames = ['route', 'operation', 'status'] as const;
  const requests = new Counter({ name: 'http_requests_total', help: 'Requests answered', labelNames, registers });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the first byte in to the last byte out',
    labelNames: ['route', 'operation'] as const,
    buckets: durationBuckets,
    registers,
  });
  const appended = new Counter({ name: 'log_appended_total', help: 'Records appended to logs', registers });
  const groups = new Histogram({
    name: 'log_group_size',
    help: 'Records written together by one group commit',
    buckets: sizeBuckets,
    registers,
  });
  const holes = new Counter({ name: 'log_holes_filled_total', help: 'Unused numbers filled by a reader', registers });
  const lag = new Histogram({
    name: 'log_feed_lag_seconds',
    help: 'From the recording of an entry until this process has seen it',
    buckets: durationBuckets,
    registers,
  });
  return {
    appended: (count) => {
      appended.inc(count);
      groups.observe(count);
    },
    holesFilled: (count) => holes.inc(count),
    feedLag: (ms) => lag.observe(ms / 1000),
    observeLive: (counts) => {
      const gauges = [
        ['live_members', 'Subscriptions', 'members'],
        ['live_cohorts', 'Groups of subscriptions that share their executions', 'cohorts'],
        ['live_largest_cohort', 'Subscriptions of the largest group', 'largestCohort'],
        ['live_executions', 'Executions of events since the start', 'executions'],
        ['live_pages_read', 'Pages of the log read since the start for those who catch up', 'pagesRead'],
        ['open_sockets', 'Open WebSockets', 'sockets'],
        ['open_streams', 'Open streams of server-sent events', 'streams'],
        ['socket_unsent_bytes', 'What peers of sockets and streams have not taken yet', 'unsentBytes'],
        ['unchecked_connections', 'Open sockets and streams whose credential cannot be checked now', 'unchecked'],
      ] as const;
      for (const [name, help, field] of gauges) {
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(counts()[field]);
          },
        });
      }
    },
    requestEnded: ({ route, operation, status, seconds }) => {
      requests.inc({ route, operation, status });
      durations.observe({ route, operation }, seconds);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** `GET /metrics`: for who asks from this machine without a proxy between, or brings `METRICS_TOKEN`. */
export function registerMetrics(app: FastifyInstance, metrics: ServerMetrics, token: string | undefined): void {
  app.get('/metrics', async (request, reply) => {
    if (!mayRead(request, token)) {
      throw new CodedError('FORBIDDEN', 'Metrics are for loopback callers and for bearers of METRICS_TOKEN');
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

function mayRead(request: FastifyRequest, token: string | undefined): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined && given !== undefined) return matchesSecret(given, token);
  return isDirectLoopback(request);
}
