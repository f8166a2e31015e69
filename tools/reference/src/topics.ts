import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { parse } from 'smol-toml';
import { z } from 'zod';

const appSchema = z.object({
  webhooks: z.object({
    subscriptions: z.array(
      z.object({
        topics: z.array(z.string()).default([]),
        compliance_topics: z.array(z.string()).default([]),
      }),
    ),
  }),
});

/** Whether Shopify is asked for exactly the topics that some service owns. */
export function compareTopics(owned: readonly string[]): string[] {
  const app = appSchema.parse(parse(readFileSync(join(root, 'shopify.app.toml'), 'utf8')));
  const asked = app.webhooks.subscriptions.flatMap((subscription) => [
    ...subscription.topics,
    ...subscription.compliance_topics,
  ]);
  return [
    ...asked.filter((topic) => !owned.includes(topic)).map((topic) => `shopify.app.toml: no service owns ${topic}`),
    ...owned.filter((topic) => !asked.includes(topic)).map((topic) => `shopify.app.toml: ${topic} is missing`),
  ];
}
