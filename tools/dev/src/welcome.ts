import { describeAddress } from './database.ts';
import type { Instance } from './instance.ts';
import type { Started } from './start.ts';

/** What a newcomer reads when everything is up. */
export function welcome(options: {
  instance: Instance;
  started: Started;
  took: string;
  isBackground: boolean;
}): string {
  const { instance, started, took, isBackground } = options;
  const simulator = started.app.isSimulated
    ? [`  Shopify simulator  ${instance.simulatorUrl}`]
    : [`  Shopify app        ${started.app.clientId}, reached at ${started.app.appUrl}`];
  return [
    '',
    `LoyalNest is up ${took}`,
    `  Server             ${instance.serverUrl}`,
    ...simulator,
    `  PostgreSQL         ${describeAddress(started.database.ownerUrl)}`,
    '',
    'To try:',
    '  ./dev.sh status          health and versions of each part',
    '  ./dev.sh logs server -f  what the server writes',
    '',
    isBackground ? './dev.sh down stops everything.' : 'Ctrl-C stops everything.',
  ].join('\n');
}
