import { describeAddress } from './database-url.ts';
import { findHome, type Instance } from './instance.ts';
import { demoShop } from './seed/seed.ts';
import type { Started } from './opening.ts';

/** What a newcomer reads when everything is up. */
export function welcome(options: {
  instance: Instance;
  started: Started;
  took: string;
  isBackground: boolean;
}): string {
  const { instance, started, took, isBackground } = options;
  const { app, database, addresses, log } = started;
  return [
    '',
    `LoyalNest is up ${took}`,
    ...table([
      ['Server', `${instance.serverUrl}  (its API: ${instance.serverUrl}/v1/openapi.json)`],
      ...(app.isSimulated
        ? simulated(instance)
        : [['Shopify app', `${app.clientId}, reached at ${app.appUrl}`] as const]),
      ['PostgreSQL', describeAddress(database.ownerUrl)],
      ...addresses,
    ]),
    '',
    isBackground ? 'To try:' : 'To try, in another terminal:',
    ...table(suggestions(instance, { isSimulated: app.isSimulated, log })),
    '',
    isBackground ? `${command(instance)} down stops everything.` : 'Ctrl-C stops everything.',
  ].join('\n');
}

function simulated(instance: Instance): [string, string][] {
  const shop = demoShop.split('.')[0];
  return [
    ['Dashboard', `${instance.simulatorUrl}/store/${shop}/apps/loyalnest  (as in Shopify's admin)`],
    ['Demo shop', `http://${shop}.localhost:${instance.ports.simulator}/  (with the widget)`],
    ['Shopify simulator', instance.simulatorUrl],
  ];
}

function suggestions(
  instance: Instance,
  { isSimulated, log }: { isSimulated: boolean; log: string },
): [string, string][] {
  const dev = command(instance);
  return [
    ...(isSimulated
      ? ([
          [`${dev} sim customer list`, 'the newest customers, with their ids'],
          [`${dev} sim order place --customer ID --amount 49.90`, 'one of them buys something'],
        ] satisfies [string, string][])
      : []),
    [`${dev} verify-ledger`, 'every check of the points ledger'],
    [`${dev} status`, 'health and versions of each part'],
    [`${dev} logs ${log} -f`, `what ${log === 'server' ? 'the server' : log} writes`],
  ];
}

/** How to reach this copy. */
function command({ home }: Instance): string {
  if (home === findHome({})) return './dev.sh';
  const isPlain = /^[\w./-]+$/.test(home);
  return `LOYALNEST_HOME=${isPlain ? home : `'${home}'`} ./dev.sh`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
