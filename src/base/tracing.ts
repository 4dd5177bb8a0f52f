import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** Spans are made through OpenTelemetry's API alone: where no SDK is registered with it, none is, and nothing is kept. */
const tracer = trace.getTracer('activity-gateway');

/** A piece of work that somebody follows, and the context for what belongs to it. */
export interface Traced {
  readonly span: Span;
  readonly context: Context;
}

interface SpanParts {
  readonly kind?: keyof typeof SpanKind;
  readonly attributes?: Attributes;
  /** What it belongs to; absent: what is under way. */
  readonly parent?: Context;
}

/** Undefined where nobody follows. */
export function beginSpan(name: string, { kind = 'INTERNAL', attributes, parent }: SpanParts = {}): Traced | undefined {
  const under = parent ?? context.active();
  const span = tracer.startSpan(name, { kind: SpanKind[kind], attributes }, under);
  return isSpanContextValid(span.spanContext()) ? { span, context: trace.setSpan(under, span) } : undefined;
}

/** Ends it; with an error, as one that failed. */
export function endSpan({ span }: Traced, error?: unknown): void {
  if (error !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    if (error instanceof Error) span.recordException({ name: error.name, message: '' });
  }
  span.end();
}

/** Runs work within a span of its own. */
export async function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const traced = beginSpan(name, { attributes });
  if (!traced) return work();
  try {
    const result = await context.with(traced.context, work);
    endSpan(traced);
    return result;
  } catch (error) {
    endSpan(traced, error);
    throw error;
  }
}

/** Work that is no part of what is traced. */
export const untraced = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work);

/** What a caller's headers say that a request belongs to (W3C Trace Context, where that is set up). */
export const callersContext = (headers: Readonly<Record<string, unknown>>): Context =>
  propagation.extract(context.active(), headers);

/** Whether something that is followed is under way here. */
export const isWithinSpan = (): boolean => trace.getActiveSpan() !== undefined;

/** Whether an SDK follows anything in this process by now: load it before the gateway starts. */
export function isTraced(): boolean {
  const span = tracer.startSpan('start');
  const isFollowed = isSpanContextValid(span.spanContext());
  span.end();
  return isFollowed;
}
