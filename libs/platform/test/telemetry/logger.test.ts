import { expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';
import { inSpan, startTracing } from '../../src/telemetry/tracing.ts';
import { startOtlpReceiver } from '../../src/testing/otlp-receiver.ts';

function written(): { lines: Record<string, unknown>[]; logger: ReturnType<typeof createLogger> } {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger({ level: 'info', service: 'points', destination }) };
}

it('writes the tags by which logs are searched, whatever code calls them', () => {
  const { lines, logger } = written();
  logger.warn({ merchantId: 7, shopDomain: 'a.myshopify.com', products: 3 }, 'excluded products changed');
  expect(lines).toMatchObject([
    {
      level: 'warn',
      service_name: 'points',
      merchant_id: 7,
      shop_domain: 'a.myshopify.com',
      products: 3,
      msg: 'excluded products changed',
    },
  ]);
  expect(lines[0]).not.toHaveProperty('merchantId');
  expect(lines[0]).not.toHaveProperty('trace_id');
});

it('never writes who somebody is, or what lets in', () => {
  const { lines, logger } = written();
  logger.error({ email: 'a@example.com', customer: { firstName: 'A', phone: '1' }, token: 't', payload: {} }, 'failed');
  expect(JSON.stringify(lines)).not.toMatch(/example|firstName|phone|token|payload/);
});

it('names the trace that a line belongs to, while there are traces', async () => {
  const collector = await startOtlpReceiver();
  onTestFinished(() => collector.close());
  const { lines, logger } = written();
  const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: 1 };
  const tracing = await startTracing(destination, [{ name: 'points' }]);
  await inSpan({ name: 'work', kind: 'internal' }, async () => logger.info('within'));
  logger.info('outside');
  await tracing?.close();
  logger.info('afterwards');
  const [span] = collector.spans;
  expect(span).toMatchObject({ name: 'work', service: 'points' });
  expect(lines[0]).toMatchObject({ trace_id: span?.traceId, span_id: span?.spanId });
  for (const line of lines.slice(1)) expect(line).not.toHaveProperty('trace_id');
});
