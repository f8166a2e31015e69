import { fileURLToPath } from 'node:url';
import { readAppToml } from '@loyalnest/shopify-simulator';
import { WebhookDoor } from '@loyalnest/shopify/webhooks/webhook-door';
import { expect, it } from 'vitest';
import { openWhole } from './whole.ts';

it('owns every topic that shopify.app.toml subscribes to, and no other', async () => {
  const whole = await openWhole();
  try {
    const { subscriptions } = readAppToml(fileURLToPath(new URL('../../../shopify.app.toml', import.meta.url)));
    const subscribed = subscriptions.map(({ topic }) => topic).sort((a, b) => a.localeCompare(b));
    const owned = whole.running.app
      .get(WebhookDoor, { strict: false })
      .topics()
      .toSorted((a, b) => a.localeCompare(b));
    expect(owned).toEqual(subscribed);
  } finally {
    await whole.close();
  }
});
