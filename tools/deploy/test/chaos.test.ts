import { expect, it } from 'vitest';
import { experiments, faults, targets } from '../src/chaos/experiments.ts';
import { chaosManifests } from '../src/chaos/manifests.ts';
import { textOf } from './files.ts';

it('has every fault for every target, but those that nobody can do to Shopify', () => {
  const made = new Set(experiments().map(({ target, fault }) => `${target} ${fault}`));
  const missing = targets
    .flatMap(({ name }) => faults.map((fault) => `${name} ${fault}`))
    .filter((one) => !made.has(one));
  expect(missing).toEqual(['shopify reset', 'shopify kill']);
});

it('is what lies in deploy/chaos-mesh', () => {
  for (const [name, text] of Object.entries(chaosManifests())) expect(textOf(`deploy/chaos-mesh/${name}`)).toBe(text);
});
