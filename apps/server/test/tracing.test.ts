import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '@loyalnest/platform/testing/otlp-receiver';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWhole, TestShop, type Whole } from './whole.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerId = '00f067aa0ba902b7';

let collector: OtlpReceiver;
let whole: Whole;

beforeAll(async () => {
  collector = await startOtlpReceiver();
  whole = await openWhole({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
});

afterAll(async () => {
  await whole.close();
  await collector.close();
});

/** Spans come in batches, some time after what they tell of. */
async function spansOf(test: (spans: readonly ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]> {
  await expect.poll(() => test(collector.spans)).toBe(true);
  return collector.spans;
}

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

it('follows a shop’s installation from the browser over a call and an event into the service that hears of it', async () => {
  await TestShop.install(whole, 'traced');
  const isHeard = (span: ReceivedSpan) => span.name === 'points handles events';
  const spans = await spansOf((all) => all.some((span) => isHeard(span) && span.parentSpanId !== undefined));
  const heard = spans.find((span) => isHeard(span) && span.parentSpanId !== undefined)!;
  const trace = spans.filter((span) => span.traceId === heard.traceId);
  const parentOf = (span: ReceivedSpan) => trace.find(({ spanId }) => spanId === span.parentSpanId);

  const answered = parentOf(heard)!;
  expect(answered).toMatchObject({ name: 'loyalnest.admin.v1.AdminService/InstallMerchant', kind: 2 });
  const called = parentOf(answered)!;
  expect(called).toMatchObject({ name: answered.name, kind: 3 });
  const request = parentOf(called)!;
  expect(request).toMatchObject({ kind: 2, parentSpanId: undefined });
  expect(request.attributes['http.route']).toMatch(/^\/v1\/api\/auth\//);
  const asked = trace.filter((span) => span.name === 'POST to Shopify' && span.kind === 3);
  expect(asked.length).toBeGreaterThanOrEqual(1);
  for (const span of asked) expect(parentOf(span)).toBeDefined();
  expect(heard.service).toBe('auth+admin-core+points+event-tracking');
});

it('goes on with the trace of whoever calls, and lets an order’s events go on with that of its delivery', async () => {
  const shop = await TestShop.install(whole, 'traced-orders');
  const balance = await fetch(`${whole.running.url}/v1/api/points/balance`, {
    headers: { traceparent: `00-${traceId}-${callerId}-01` },
  });
  expect(balance.status).toBe(401);
  await shop.customerWith(90);
  const told = (all: readonly ReceivedSpan[]) =>
    all.find(
      (span) =>
        span.name === 'event-tracking handles events' &&
        all.some((other) => other.name === 'POST /webhooks/shopify' && other.spanId === span.parentSpanId),
    );
  const spans = await spansOf((all) => told(all) !== undefined && all.some((span) => span.traceId === traceId));
  expect(spans.filter((span) => span.traceId === traceId)).toMatchObject([
    { name: 'GET /v1/api/points/balance', parentSpanId: callerId, attributes: { 'http.response.status_code': 401 } },
  ]);
  const consumed = told(spans)!;
  const commits = named(spans, 'commit orders').filter((span) => span.traceId === consumed.traceId);
  expect(commits).toMatchObject([{ parentSpanId: consumed.parentSpanId, attributes: { orders: 1 } }]);
});

it('keeps what travels with events out of what services hear and people read', async () => {
  const { rows } = await whole.database.owner.query<{ stored: string; kept: number }>(
    `select (select string_agg(payload::text, ' ') from points.outbox) as stored,
       (select count(*)::int from event_tracking.events where properties::text like '%traceparent%') as kept`,
  );
  expect(rows[0]?.stored).toContain('_traceparent');
  expect(rows[0]?.kept).toBe(0);
});
