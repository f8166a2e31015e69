import { expect, it } from 'vitest';
import { Counter, Histogram } from '../../src/telemetry/instruments.ts';

it('puts a value into the first bucket that holds it, and adds up all of them', () => {
  const histogram = new Histogram({ name: 'test_seconds', help: 'A test.', bounds: [1, 2, 5] });
  for (const value of [0, 1, 1.5, 2, 5, 5.1, 900]) histogram.of().observe(value);
  expect(histogram.read()).toEqual({
    name: 'test_seconds',
    help: 'A test.',
    type: 'histogram',
    samples: [{ labels: {}, value: { bounds: [1, 2, 5], cumulative: [2, 4, 5, 7], sum: 914.6 } }],
  });
});

it('says of what has no labels that nothing happened yet, and of what has them nothing', () => {
  expect(new Counter({ name: 'a_total', help: '' }).read().samples).toEqual([{ labels: {}, value: 0 }]);
  expect(new Counter({ name: 'b_total', help: '', labels: ['kind'] }).read().samples).toEqual([]);
});

it('counts what has too many different labels together, so that no mistake fills Prometheus', () => {
  const counter = new Counter({ name: 'test_total', help: '', labels: ['shop'] });
  for (let shop = 1; shop <= 5_000; shop += 1) counter.add(1, `shop-${shop}`);
  counter.add(1, 'shop-7');
  const { samples } = counter.read();
  expect(samples.length).toBe(1_001);
  expect(samples).toContainEqual({ labels: { shop: 'other' }, value: 4_000 });
  expect(samples).toContainEqual({ labels: { shop: 'shop-7' }, value: 2 });
});

it('refuses labels that were not described', () => {
  const counter = new Counter({ name: 'test_total', help: '', labels: ['kind'] });
  expect(() => counter.add(1, 'a', 'b')).toThrow('kind');
});
