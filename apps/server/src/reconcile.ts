import { parseArgs } from 'node:util';
import { adminCore } from '@loyalnest/admin-core';
import { auth } from '@loyalnest/auth';
import { ConfigError, loadConfig } from '@loyalnest/platform/config/config';
import { open } from '@loyalnest/platform/run';
import { points } from '@loyalnest/points';
import { Reconciliation } from '@loyalnest/points/reconciliation/reconciliation.service';

const usage = `reconcile [--shop DOMAIN] [--json]

Compares the orders of every installed shop, or of one, with Shopify's and posts those whose webhooks never came.
Exit code 0: all compared. 1: a shop could not be compared. 2: wrong usage.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') return say(usage, 0);
  if (!options) return complain(usage, 2);
  try {
    return await reconcile(options);
  } catch (error) {
    if (error instanceof ConfigError) return complain(`reconcile: ${error.message}\n`, 2);
    return complain(`reconcile: ${(error as Error).message}\n`, 1);
  }
}

async function reconcile(options: Options): Promise<number> {
  const config = loadConfig({ ...process.env, LOG_LEVEL: 'warn' });
  const running = await open({ config, services: [auth, adminCore, points] });
  try {
    const reconciliation = running.app.get(Reconciliation, { strict: false });
    const installed = await reconciliation.installedShops();
    const chosen = installed.filter((shop) => options.shop === undefined || shop.shopDomain === options.shop);
    if (options.shop !== undefined && chosen.length === 0)
      return complain(`reconcile: ${options.shop} has not installed LoyalNest\n`, 2);
    const results = [];
    for (const shop of chosen) results.push(await reconciliation.reconcile(shop));
    const text = options.json
      ? JSON.stringify({ shops: results })
      : results
          .map(({ shopDomain, checked, missed, notPosted, failure }) => {
            const done = `${shopDomain}: ${checked} orders compared, ${missed} posted`;
            if (failure === null) return done;
            return notPosted.length > 0
              ? `${done}, not postable: ${notPosted.join(', ')}`
              : `${shopDomain}: stopped, Shopify said ${failure}`;
          })
          .join('\n');
    return say(`${text}\n`, results.some(({ failure }) => failure !== null) ? 1 : 0);
  } finally {
    await running.close();
  }
}

type Options = { shop: string | undefined; json: boolean };

function readOptions(args: string[]): Options | 'help' | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { shop: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    return values.help ? 'help' : { shop: values.shop, json: values.json ?? false };
  } catch {
    return undefined;
  }
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}
