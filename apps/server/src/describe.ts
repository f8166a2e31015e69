import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminCore } from '@loyalnest/admin-core';
import { auth } from '@loyalnest/auth';
import { eventTracking } from '@loyalnest/event-tracking';
import { productEventNames } from '@loyalnest/event-tracking/projections';
import { loadConfig } from '@loyalnest/platform/config/config';
import { describeApi } from '@loyalnest/platform/http/api-document';
import { doorsOf } from '@loyalnest/platform/http/doors';
import { ownerOf, rpcOwners, rpcUrlName } from '@loyalnest/platform/rpc/contracts';
import { assemble } from '@loyalnest/platform/run';
import type { Service } from '@loyalnest/platform/service';
import { points } from '@loyalnest/points';
import { WebhookDoor } from '@loyalnest/shopify/webhooks/webhook-door';

// Prints what the assembled server offers, as JSON, for tools/reference. Needs no database and no configuration.

const services = [auth, adminCore, points, eventTracking];
const folder = mkdtempSync(join(tmpdir(), 'loyalnest-describe-'));
try {
  const keyFile = join(folder, 'keys.json');
  const key = randomBytes(32).toString('base64');
  writeFileSync(keyFile, JSON.stringify({ current: 1, keys: { 1: key } }), { mode: 0o600 });
  const config = loadConfig({
    DATABASE_URL: 'postgres://127.0.0.1/none',
    DATABASE_ROLE_SECRET: key,
    MASTER_KEY_FILE: keyFile,
    SHOPIFY_CLIENT_ID: 'none',
    SHOPIFY_CLIENT_SECRET: key,
    LOG_LEVEL: 'silent',
    // A service alone wants to know where those are that it calls.
    ...Object.fromEntries(rpcOwners.map((owner) => [rpcUrlName(owner), 'http://127.0.0.1:1'])),
  });
  /** What a service answers when it is a process of its own. */
  const openAlone = async (service: Service) => {
    const alone = await assemble({ config, services: [service] });
    const topics = alone.app.get(WebhookDoor, { strict: false }).topics();
    const doors = { ...doorsOf(alone), topics };
    await alone.close();
    return doors;
  };
  const doors = await Promise.all(services.map(openAlone));
  const assembled = await assemble({ config, services });
  const { app } = assembled;
  const described = {
    api: describeApi(app),
    topics: app.get(WebhookDoor, { strict: false }).topics(),
    productEvents: Object.fromEntries(productEventNames),
    services: services.map((service, index) => ({
      name: service.name,
      encrypts: service.encrypts ?? false,
      reads: service.reads ?? [],
      calls: (service.calls ?? []).map(ownerOf),
      doors: doors[index],
      listensTo: (service.events ?? []).flatMap((token) => app.get(token, { strict: false }).types),
      jobs: (service.jobs ?? []).map((token) => {
        const { name, schedule } = app.get(token, { strict: false });
        return { name, schedule };
      }),
    })),
  };
  await assembled.close();
  process.stdout.write(JSON.stringify(described));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
