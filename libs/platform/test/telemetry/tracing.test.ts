import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishedPayload, storedPayload } from '../../src/telemetry/event-trace.ts';
import { currentTrace, inBatchSpan, inSpan, startTracing } from '../../src/telemetry/tracing.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing/otlp-receiver.ts';

const one = '00-11111111111111111111111111111111-1111111111111111-01';
const two = '00-22222222222222222222222222222222-2222222222222222-01';

let collector: OtlpReceiver;
let tracing: { close(): Promise<void> } | undefined;

async function trace(ratio = 1): Promise<void> {
  const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_TRACES_SAMPLER_ARG: ratio };
  tracing = await startTracing(destination, [{ name: 'test' }]);
}

/** Everything that was told until now. */
async function told() {
  await tracing?.close();
  tracing = undefined;
  return collector.spans;
}

beforeEach(async () => {
  collector = await startOtlpReceiver();
});

afterEach(async () => {
  await tracing?.close();
  tracing = undefined;
  await collector.close();
});

describe('work that is traced', () => {
  it('is a part of what it was begun in, and says what it failed of without quoting it', async () => {
    await trace();
    const failing = inSpan({ name: 'outer', kind: 'server', parent: one }, () =>
      inSpan({ name: 'inner', kind: 'internal' }, () => Promise.reject(new RangeError('about a@example.com'))),
    );
    await expect(failing).rejects.toThrow('example');
    const spans = await told();
    const outer = spans.find(({ name }) => name === 'outer');
    expect(outer).toMatchObject({ traceId: '1'.repeat(32), parentSpanId: '1'.repeat(16) });
    expect(spans.find(({ name }) => name === 'inner')).toMatchObject({
      traceId: outer?.traceId,
      parentSpanId: outer?.spanId,
      attributes: { 'error.type': 'RangeError' },
    });
    expect(JSON.stringify(spans)).not.toContain('example');
  });

  it('begins a trace of its own for what nobody can read', async () => {
    await trace();
    for (const parent of ['', 'nonsense', '00-0-0-00', `ff${one.slice(2)}`])
      await inSpan({ name: 'work', kind: 'server', parent }, async () => undefined);
    const spans = await told();
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined, undefined, undefined]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(4);
  });

  it('goes on with the trace of the only one it is done for, and names all when there are several', async () => {
    await trace();
    const work = () => inSpan({ name: 'part', kind: 'internal' }, async () => undefined);
    await inBatchSpan({ name: 'for one', kind: 'consumer' }, () => [one, undefined, one], work);
    await inBatchSpan({ name: 'for two', kind: 'consumer' }, () => [one, two], work);
    const spans = await told();
    const [forOne, forTwo] = ['for one', 'for two'].map((name) => spans.find((span) => span.name === name));
    expect(forOne).toMatchObject({ traceId: '1'.repeat(32), links: [] });
    expect(forTwo?.parentSpanId).toBeUndefined();
    expect(forTwo?.links.map(({ traceId }) => traceId)).toEqual(['1'.repeat(32), '2'.repeat(32)]);
    const parts = spans.filter(({ name }) => name === 'part');
    expect(parts.map(({ parentSpanId }) => parentSpanId)).toEqual([forOne?.spanId, forTwo?.spanId]);
  });

  it('records the share that is wanted, by the trace alone, whatever the caller asks for', async () => {
    await trace(0);
    let passedOn: string | undefined;
    await inSpan({ name: 'work', kind: 'server', parent: one }, async (span) => (passedOn = span?.traceparent));
    expect(await told()).toEqual([]);
    expect(passedOn).toMatch(/^00-1{32}-[0-9a-f]{16}-00$/);
  });
});

describe('the trace of an event', () => {
  it('is stored beside what the event says, and taken out again', async () => {
    await trace();
    const payload = { points: 5 };
    await inSpan({ name: 'work', kind: 'internal', parent: one }, async () => {
      const stored = storedPayload({ payload });
      expect(stored).toEqual({ points: 5, _traceparent: currentTrace() });
      expect(publishedPayload(stored)).toEqual({ payload, trace: currentTrace() });
    });
    expect(storedPayload({ payload, trace: two })).toEqual({ points: 5, _traceparent: two });
  });

  it('is not there while nothing is traced, and costs nothing', () => {
    const payload = { points: 5 };
    expect(storedPayload({ payload })).toBe(payload);
    expect(publishedPayload(payload).payload).toBe(payload);
  });
});
