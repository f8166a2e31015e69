import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { OpenSpan, SpanOptions, Tracing } from './tracing.ts';

// Loads OpenTelemetry: to be imported only where traces are wanted.

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/** Spans that wait to be sent; more are dropped, so that a collector that is away costs no memory. */
const waitingMax = 4_096;
const sendEveryMs = 2_000;
/** Links of one span; of a large batch the first stand for all. */
const linksMax = 128;

export type TracingOptions = {
  /** Base address of an OTLP collector, which takes traces at `v1/traces` below it. */
  endpoint: string;
  service: string;
  /** Share of traces that are recorded. */
  ratio: number;
};

/** Sends traces to a collector, by OTLP over HTTP. */
export function openTracing({ endpoint, service, ratio }: TracingOptions): Tracing {
  const url = new URL('v1/traces', endpoint.endsWith('/') ? endpoint : `${endpoint}/`).toString();
  const exporter = new OTLPTraceExporter({ url });
  const processor = new BatchSpanProcessor({ exporter, maxQueueSize: waitingMax, scheduledDelayMillis: sendEveryMs });
  // Which traces are recorded follows from their id alone, so services agree, and nobody outside can ask for all of them.
  const share = new TraceIdRatioBasedSampler(ratio);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [processor],
    sampler: new ParentBasedSampler({ root: share, remoteParentSampled: share, remoteParentNotSampled: share }),
    spanLimits: { linkCountLimit: linksMax },
  });
  return new OtlpTracing(provider.getTracer('loyalnest'), () => provider.shutdown());
}

class OtlpTracing implements Tracing {
  readonly #tracer: Tracer;
  readonly #contexts = new AsyncLocalStorage<Context>();
  readonly close: () => Promise<void>;

  constructor(tracer: Tracer, close: () => Promise<void>) {
    this.#tracer = tracer;
    this.close = close;
  }

  open({ name, kind, parent, links = [], attributes = {} }: SpanOptions): OpenSpan {
    const here = this.#contexts.getStore() ?? ROOT_CONTEXT;
    const from = parent === undefined ? here : remote(parent);
    const span = this.#tracer.startSpan(
      name,
      { kind: kinds[kind], attributes: { ...attributes }, links: links.slice(0, linksMax).flatMap(linkTo) },
      from,
    );
    return new OtlpSpan(span, trace.setSpan(from, span), this.#contexts);
  }

  current() {
    const span = trace.getSpan(this.#contexts.getStore() ?? ROOT_CONTEXT);
    if (!span) return undefined;
    const { traceId, spanId } = span.spanContext();
    return { traceId, spanId, traceparent: traceparentOf(span) };
  }
}

class OtlpSpan implements OpenSpan {
  readonly #span: Span;
  readonly #context: Context;
  readonly #contexts: AsyncLocalStorage<Context>;

  constructor(span: Span, context: Context, contexts: AsyncLocalStorage<Context>) {
    this.#span = span;
    this.#context = context;
    this.#contexts = contexts;
  }

  get traceparent(): string {
    return traceparentOf(this.#span);
  }

  within<R>(work: () => R): R {
    return this.#contexts.run(this.#context, work);
  }

  set(name: string, value: string | number): void {
    this.#span.setAttribute(name, value);
  }

  fail(error: unknown): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
    this.#span.setAttribute('error.type', typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error');
  }

  end(): void {
    this.#span.end();
  }
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** What cannot be read, as callers may send anything, is nobody. */
function remote(traceparent: string | null): Context {
  const spanContext = traceparent === null ? null : parseTraceParent(traceparent);
  return spanContext ? trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, isRemote: true }) : ROOT_CONTEXT;
}

function linkTo(traceparent: string) {
  const context = parseTraceParent(traceparent);
  return context ? [{ context }] : [];
}
