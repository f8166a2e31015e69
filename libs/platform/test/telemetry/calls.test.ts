import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { expect, it, onTestFinished } from 'vitest';
import { readCalls } from '../../src/telemetry/calls.ts';
import { readBreakers } from '../../src/telemetry/neighbour-metrics.ts';
import { inSpan, startTracing } from '../../src/telemetry/tracing.ts';
import { startOtlpReceiver } from '../../src/testing/otlp-receiver.ts';
import { freePort } from '../../src/testing/ports.ts';
import { Answers } from '../rpc/answers.ts';
import { callerOf, failure, serve } from '../rpc/processes.ts';

const method = `${AdminService.typeName}/InstallMerchant`;

it('takes the trace along over gRPC, with each call a part of what made it', async () => {
  const collector = await startOtlpReceiver();
  onTestFinished(() => collector.close());
  const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: 1 };
  const tracing = await startTracing(destination, [{ name: 'auth' }]);
  const server = await serve(new Answers().routes);
  const rpc = await callerOf(server.port);
  await inSpan({ name: 'request', kind: 'server', parent: null }, () =>
    rpc.client(AdminService).installMerchant({ name: 'shop' }),
  );
  await tracing?.close();
  const [request, made, answered] = [1, 3, 2].map((kind, nth) =>
    collector.spans.find(
      (span) => span.kind === (nth === 0 ? 2 : kind) && span.name === (nth === 0 ? 'request' : method),
    ),
  );
  expect(made).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId });
  expect(answered).toMatchObject({ traceId: request?.traceId, parentSpanId: made?.spanId });
});

it('counts calls by what the caller got, and says which breaker is open', async () => {
  const rpc = await callerOf(await freePort());
  const call = () => failure(rpc.client(AdminService).installMerchant({ name: 'shop' }, { timeoutMs: 100 }));
  for (let count = 0; count < 8; count += 1) await call();
  const [, made] = readCalls();
  const away = made?.samples.filter(({ labels }) => labels['method'] === method && labels['code'] !== 'ok') ?? [];
  expect(away.length).toBeGreaterThanOrEqual(1);
  for (const { labels } of away) expect(labels['code']).toMatch(/^(unavailable|deadline_exceeded)$/);
  const [states] = readBreakers({ breakers: () => rpc.breakers() });
  expect(states?.samples).toContainEqual({ labels: { target: 'admin-core', state: 'open' }, value: 1 });
  expect(states?.samples).toContainEqual({ labels: { target: 'admin-core', state: 'closed' }, value: 0 });
});
