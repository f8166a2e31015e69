// Nothing of OpenTelemetry is loaded here: without a place to send traces to, all of this is one comparison.

export type SpanKind = 'server' | 'client' | 'consumer' | 'internal';

export type SpanOptions = {
  name: string;
  kind: SpanKind;
  /**
   * What it goes on from: the `traceparent` of somebody else, `null` for nobody, absent for whatever is going on here. Work
   * that is done for several at once begins a trace of its own, and names them as `links`.
   */
  parent?: string | null;
  links?: readonly string[];
  attributes?: Readonly<Record<string, string | number>>;
};

/** Something that takes time, as a trace shows it. */
export type OpenSpan = {
  /** As W3C Trace Context writes it, for whoever goes on from here. */
  readonly traceparent: string;
  /** Runs work so that what it begins is part of this. */
  within<R>(work: () => R): R;
  set(name: string, value: string | number): void;
  /** Says that it went wrong, and of what class the error is: messages may quote what is in no trace. */
  fail(error: unknown): void;
  end(): void;
};

export type Tracing = {
  open(options: SpanOptions): OpenSpan;
  /** What is going on here. */
  current(): { traceId: string; spanId: string; traceparent: string } | undefined;
  /** Sends what is left. */
  close(): Promise<void>;
};

let tracing: Tracing | undefined;

type Destination = { OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined; OTEL_TRACES_SAMPLER_ARG: number };

/** Traces this process from now on, if there is a place to send traces to. */
export async function startTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio }: Destination,
  services: readonly { name: string }[],
): Promise<{ close(): Promise<void> } | undefined> {
  if (endpoint === undefined) return undefined;
  const { openTracing } = await import('./open-telemetry.ts');
  const opened = openTracing({ endpoint, ratio, service: serviceName(services) });
  tracing = opened;
  return {
    async close() {
      tracing = undefined;
      await opened.close();
    },
  };
}

/** What a process of these services is called, in logs and traces. */
export function serviceName(services: readonly { name: string }[]): string {
  return services.map(({ name }) => name).join('+');
}

export function findTracing(): Tracing | undefined {
  return tracing;
}

/** The `traceparent` of what is going on here; `undefined` while nothing is traced. */
export function currentTrace(): string | undefined {
  return tracing?.current()?.traceparent;
}

/** Runs work as a part of a trace. */
export async function inSpan<R>(options: SpanOptions, work: (span: OpenSpan | undefined) => Promise<R>): Promise<R> {
  if (!tracing) return work(undefined);
  const span = tracing.open(options);
  try {
    return await span.within(() => work(span));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/** Runs what is done at once for all who have these traces: within the trace of the only one, or in one that names them all. */
export function inBatchSpan<R>(
  options: Pick<SpanOptions, 'name' | 'kind' | 'attributes'>,
  tracesOf: () => readonly (string | undefined)[],
  work: () => Promise<R>,
): Promise<R> {
  if (!tracing) return work();
  const traces = [...new Set(tracesOf())].filter((trace) => trace !== undefined);
  const [only] = traces;
  const place = only !== undefined && traces.length === 1 ? { parent: only } : { parent: null, links: traces };
  return inSpan({ ...options, ...place }, work);
}
