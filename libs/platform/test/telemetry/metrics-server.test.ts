import { onTestFinished, expect, it } from 'vitest';
import type { MetricSource } from '../../src/telemetry/instruments.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { listenMetrics } from '../../src/telemetry/metrics-server.ts';

const logger = createLogger({ level: 'silent', service: 'test' });

async function serve(...sources: MetricSource[]): Promise<string> {
  const server = await listenMetrics({ host: '127.0.0.1', port: 0, sources, logger });
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${server.port}/metrics`;
}

const gauge = (value: number, labels = {}): MetricSource => ({
  read: () => [{ name: 'test_level', help: 'A level.', type: 'gauge', samples: [{ labels, value }] }],
});

it('tells of one metric once, whichever sources know of it', async () => {
  const url = await serve(gauge(1, { of: 'a' }), gauge(2, { of: 'b' }));
  const text = await (await fetch(url)).text();
  expect(text).toContain(
    '# HELP test_level A level.\n# TYPE test_level gauge\ntest_level{of="a"} 1\ntest_level{of="b"} 2\n',
  );
  expect(text.match(/# TYPE test_level /g)).toHaveLength(1);
  expect(text).toContain('# TYPE nodejs_eventloop_lag_p99_seconds gauge');
});

it('tells the rest while a source fails, and that one did', async () => {
  const broken: MetricSource = { read: () => Promise.reject(new Error('the database is away')) };
  const text = await (await fetch(await serve(broken, gauge(3)))).text();
  expect(text).toContain('test_level 3\n');
  expect(text).toContain('loyalnest_metric_sources_unread 1\n');
});

it('does not wait for ever for a source that does not answer', async () => {
  const stuck: MetricSource = { read: () => new Promise(() => undefined) };
  const text = await (await fetch(await serve(stuck, gauge(4)))).text();
  expect(text).toContain('test_level 4\n');
  expect(text).toContain('loyalnest_metric_sources_unread 1\n');
});

it('asks its sources once for all who look at the same time', async () => {
  let asked = 0;
  const answer = Promise.withResolvers<[]>();
  const slow: MetricSource = {
    read() {
      asked += 1;
      return answer.promise;
    },
  };
  const url = await serve(slow);
  const looks = [fetch(url), fetch(url), fetch(url)];
  await expect.poll(() => asked).toBe(1);
  answer.resolve([]);
  for (const look of await Promise.all(looks)) expect(look.status).toBe(200);
  expect(asked).toBe(1);
});

it('writes labels so that no value can break the format', async () => {
  const text = await (await fetch(await serve(gauge(5, { of: 'a "quoted"\nline\\' })))).text();
  expect(text).toContain('test_level{of="a \\"quoted\\"\\nline\\\\"} 5\n');
});

it('answers nothing but GET /metrics', async () => {
  const url = await serve(gauge(6));
  expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});
